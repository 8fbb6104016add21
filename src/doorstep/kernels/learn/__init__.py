"""What is learned from the past of a brand: of its demand and of what its orders cost, each in modules of its own.

`demand.forecast` foresees weekly demand with its spread, `costs.trace` says where the money of past orders went; the
verifiers share no code with them.
"""
