"""When a parcel leaves, when it arrives, and how sure that is.

`transit.fit_transit` learns transit times from history, `network.compile_network` turns sites, collections, services
and destinations into arrays, `promise.promise` answers any number of legs in one call, `check.check` verifies them.
"""
