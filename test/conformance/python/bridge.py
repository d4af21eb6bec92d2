"""The vendor's Python clients, for the conformance runner.

bridge.py CLIENT calls      reads calls as lines of JSON and answers each with a line of JSON
bridge.py CLIENT extension  is an extension: receives events over HTTP, reads the nodes and returns its result

CLIENT is sdk-core (the first generation, signature V1) or tea-openapi (the second, V3).
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module

HOST, PORT = os.environ["DATAWORKS_ENDPOINT"].split(":")


class Refused(Exception):
    def __init__(self, code, message, data=None):
        super().__init__(message)
        self.answer = {"code": code, "message": message, "data": data}


def sdk_core(key):
    from aliyunsdkcore.acs_exception.exceptions import ClientException, ServerException
    from aliyunsdkcore.client import AcsClient

    client = AcsClient(key["id"], key["secret"], "cn-hangzhou", port=int(PORT))

    def call(action, parameters, version):
        name = action + "Request"
        package = "aliyunsdkdataworks_public.request.v" + version.replace("-", "")
        request = getattr(import_module(package + "." + name), name)()
        request.set_endpoint(HOST)
        request.set_protocol_type("http")
        for parameter, value in parameters.items():
            getattr(request, "set_" + parameter)(value)
        try:
            return json.loads(client.do_action_with_exception(request))
        except (ClientException, ServerException) as error:
            raise Refused(error.get_error_code(), error.get_error_msg())

    return call


def tea_openapi(key):
    from alibabacloud_tea_openapi.models import Config

    config = Config(
        access_key_id=key["id"],
        access_key_secret=key["secret"],
        endpoint="%s:%s" % (HOST, PORT),
        protocol="http",
    )

    def call(action, parameters, version):
        package = "alibabacloud_dataworks_public" + version.replace("-", "")
        client = import_module(package + ".client").Client(config)
        method = {name.replace("_", ""): name for name in dir(client)}[action.lower()]
        request = getattr(import_module(package + ".models"), action + "Request")().from_map(parameters)
        try:
            return getattr(client, method)(request).body.to_map()
        except Exception as error:
            if not getattr(error, "code", None):
                raise
            raise Refused(error.code, error.message, getattr(error, "data", None))

    return call


CONNECT = {"sdk-core": sdk_core, "tea-openapi": tea_openapi}[sys.argv[1]]


def calls():
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"answer": CONNECT(asked["key"])(asked["action"], asked["parameters"], asked["version"])}
        except Refused as refused:
            answer = {"error": refused.answer}
        print(json.dumps(answer), flush=True)


def extension():
    key = {
        "id": os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
        "secret": os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
    }
    connected = CONNECT(key)

    def call(action, parameters):
        return connected(action, parameters, "2020-05-18")

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            # What is only told needs no answer.
            if event["data"]["blockBusiness"]:
                self.judge(event["id"], event["data"]["nodeIds"])
            self.send_response(200)
            self.end_headers()

        def judge(self, message_id, nodes):
            waiting = []
            for node in nodes:
                children = call("GetNodeChildren", {"NodeId": node, "ProjectEnv": "PROD"})
                waiting += [child["NodeName"] for child in children["Data"]["Nodes"]]
            try:
                call(
                    "UpdateWorkbenchEventResult",
                    {
                        "MessageId": message_id,
                        "ExtensionCode": os.environ["EXTENSION_CODE"],
                        "CheckResult": "FAIL" if waiting else "OK",
                        "CheckResultTip": "waited for by: " + (", ".join(waiting) or "nobody"),
                    },
                )
            except Refused as refused:
                # Delivered before, and answered then.
                if refused.answer["code"] != "Conflict.CheckResult":
                    raise

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    print(json.dumps({"port": server.server_port}), flush=True)
    server.serve_forever()


{"calls": calls, "extension": extension}[sys.argv[2]]()
