"""Measures a policy with regopy: `rego_peer.py CASE SECONDS` prints a line of JSON.

The bundle is built and the input set beforehand; what is timed is the query of the bundle in its C interface, in
processor time, without the conversion of its answer for Python.
"""

import json
import os
import sys
import time

import regopy
from regopy import rego_shared as peer


def main():
    case, seconds = sys.argv[1], float(sys.argv[2])

    def read(name):
        with open(os.path.join(case, name)) as file:
            return file.read()

    began = time.thread_time()
    rego = regopy.Interpreter()
    rego.add_data_json(read("data.json"))
    rego.add_module("policy.rego", read("policy.rego"))
    bundle = rego.build(read("query"))
    prepared = time.thread_time() - began
    rego = regopy.Interpreter()
    rego.set_input(json.loads(read("input.json")))
    answer = rego.query_bundle(bundle)
    if not answer.ok():
        raise SystemExit(str(answer))
    samples = []
    end = time.thread_time() + seconds
    while len(samples) < 3 or time.thread_time() < end:
        began = time.thread_time()
        output = peer.rego_bundle_query(rego._impl, bundle._impl)
        samples.append(time.thread_time() - began)
        peer.rego_free_output(output)
    samples.sort()
    value = answer.results[0].expressions[0]
    print(json.dumps({"seconds": samples[len(samples) // 2], "prepare": prepared, "value": value}))


main()
