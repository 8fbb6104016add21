"""What is learned from what happened: of customers, carriers, demand and the cost to serve.

Each is a problem of its own; `learn` is the one door, and the verifiers share no code with what they verify.
"""
