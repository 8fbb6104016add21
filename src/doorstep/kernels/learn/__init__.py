"""What is learned from the past of a brand: of its carriers, its demand and its costs, each in modules of its own.

`carriers.carriers` tells who keeps promises, `demand.forecast` foresees weekly demand with its spread, `costs.trace`
says where the money of past orders went; the verifiers share no code with them.
"""
