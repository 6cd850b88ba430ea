"""A walk with the official client: `python walk_ibapi.py PORT`."""

import sys

import ibapi_data
import ibapi_orders
import ibapi_sessions
from ibapi_client import IbapiClient, listen_for_complaints
from walking import Walk

if __name__ == "__main__":
    listen_for_complaints()
    client, told = IbapiClient(int(sys.argv[1])), Walk()
    told.run([*ibapi_data.steps(client), *ibapi_orders.steps(client), *ibapi_sessions.steps(client)], needed="connect")
    sys.exit(min(told.failed, 1))
