"""The vendor's Python clients, for the conformance runner.

bridge.py CLIENT calls      reads calls as lines of JSON and answers each with a line of JSON
bridge.py CLIENT extension  is an extension: receives events over HTTP, reads what they are about and returns its result

CLIENT is sdk-core (the first generation, signature V1) or tea-openapi (the second, V3). Calls go through the product's own requests and answers, and
through the core's common request where a generation has none for the action.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module

HOST, PORT = os.environ["DATAWORKS_ENDPOINT"].split(":")
OLDER = "2020-05-18"


class Refused(Exception):
    def __init__(self, code, message, data=None):
        super().__init__(message)
        self.answer = {"code": code, "message": message, "data": data}


def sdk_core(key):
    from aliyunsdkcore.acs_exception.exceptions import ClientException, ServerException
    from aliyunsdkcore.client import AcsClient
    from aliyunsdkcore.request import CommonRequest

    client = AcsClient(key["id"], key["secret"], "cn-hangzhou", port=int(PORT))

    def product(action, parameters):
        name = action + "Request"
        request = getattr(import_module("aliyunsdkdataworks_public.request.v20200518." + name), name)()
        request.set_endpoint(HOST)
        request.set_protocol_type("http")
        for parameter, value in parameters.items():
            # Lists have an s more.
            setter = getattr(request, "set_" + parameter, None) or getattr(request, "set_" + parameter + "s")
            setter(value)
        return request

    def common(action, parameters, version):
        request = CommonRequest(domain=HOST, version=version, action_name=action)
        request.set_protocol_type("http")
        request.set_method("POST")
        for parameter, value in parameters.items():
            request.add_body_params(parameter, value if isinstance(value, str) else json.dumps(value))
        return request

    def call(action, parameters, version=OLDER):
        # The product's requests of this generation are of the older version only.
        request = product(action, parameters) if version == OLDER else common(action, parameters, version)
        try:
            return json.loads(client.do_action_with_exception(request)), version == OLDER
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

    def call(action, parameters, version=OLDER):
        package = "alibabacloud_dataworks_public" + version.replace("-", "")
        models = import_module(package + ".models")
        client = import_module(package + ".client").Client(config)
        methods = {name.replace("_", ""): name for name in dir(client)}
        request = getattr(models, action + "Request")().from_map(parameters)
        try:
            return getattr(client, methods[action.lower()])(request).body.to_map(), True
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
            call = CONNECT(asked["key"])
            answer, typed = call(asked["action"], asked["parameters"], asked["version"])
            answer = {"answer": answer, "typed": typed}
        except Refused as refused:
            answer = {"error": refused.answer}
        print(json.dumps(answer), flush=True)


def extension():
    key = {
        "id": os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
        "secret": os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
    }
    call = CONNECT(key)

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            data = event["data"]
            # What is only told needs no answer.
            if data["blockBusiness"]:
                data["messageId"] = event["id"]
                judge = self.judge_code if data["eventCode"] == "commit-file" else self.judge_nodes
                action, result = judge(data)
                self.answer(action, dict(result, MessageId=event["id"]))
            self.send_response(200)
            self.end_headers()

        def answer(self, action, result):
            try:
                call(action, result)
            except Refused as refused:
                # Delivered before, and answered then.
                if refused.answer["code"] != "Conflict.CheckResult":
                    raise

        def judge_nodes(self, data):
            waiting = []
            for node in data["nodeIds"]:
                children, _ = call("GetNodeChildren", {"NodeId": node, "ProjectEnv": "PROD"})
                waiting += [child["NodeName"] for child in children["Data"]["Nodes"]]
            return "UpdateWorkbenchEventResult", {
                "ExtensionCode": os.environ["EXTENSION_CODE"],
                "CheckResult": "FAIL" if waiting else "OK",
                "CheckResultTip": "waited for by: " + (", ".join(waiting) or "nobody"),
            }

        def judge_code(self, data):
            code = os.environ["CODE_EXTENSION_CODE"]
            project = data["projectId"]
            detail, _ = call("GetIDEEventDetail", {"MessageId": data["messageId"], "ProjectId": project})
            options, _ = call("GetOptionValueForProject", {"ExtensionCode": code, "ProjectId": str(project)})
            file = detail["EventDetail"]["CommittedFile"]
            prohibited = "MAX_PT" in file["Content"]
            chosen = json.loads(options.get("OptionValue") or '{"checkStatus": "FAIL"}')
            return "UpdateIDEEventResult", {
                "ExtensionCode": code,
                "CheckResult": chosen["checkStatus"] if prohibited else "OK",
                "CheckResultTip": "the code of " + file["FileName"],
            }

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    print(json.dumps({"port": server.server_port}), flush=True)
    server.serve_forever()


{"calls": calls, "extension": extension}[sys.argv[2]]()
