"""Servers on this machine, for trying, developing and testing. Nothing here is meant for a clinic."""
