"""What talks to the outside world: carriers, notifiers. Each knows the domain and nothing else of the house."""
