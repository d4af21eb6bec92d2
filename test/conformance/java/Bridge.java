import com.aliyun.teaopenapi.models.Config;
import com.aliyun.teaopenapi.models.OpenApiRequest;
import com.aliyun.teaopenapi.models.Params;
import com.aliyun.teautil.models.RuntimeOptions;
import com.aliyun.tea.TeaException;
import com.aliyuncs.CommonRequest;
import com.aliyuncs.DefaultAcsClient;
import com.aliyuncs.auth.SignatureVersion;
import com.aliyuncs.exceptions.ClientException;
import com.aliyuncs.http.MethodType;
import com.aliyuncs.http.ProtocolType;
import com.aliyuncs.profile.DefaultProfile;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The vendor's Java clients, for the conformance runner.
 *
 * <p>Bridge CLIENT calls: reads calls as lines of JSON and answers each with a line of JSON. Bridge CLIENT extension: is an extension that
 * receives events over HTTP, reads the nodes and returns its result. CLIENT is sdk-core-v1 or sdk-core-v3 (the first generation, with either
 * signature), tea-v3 or tea-v1 (the second).
 */
public class Bridge {
  static final String ENDPOINT = System.getenv("DATAWORKS_ENDPOINT");
  static final String VERSION = "2020-05-18";
  static final Gson GSON = new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();
  static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  interface Call {
    Map<String, Object> of(Map<String, Object> key, String action, Map<String, Object> parameters) throws Exception;
  }

  static class Refused extends Exception {
    final Map<String, Object> answer = new HashMap<>();

    Refused(String code, String message, Map<String, Object> data) {
      answer.put("code", code);
      answer.put("message", message);
      answer.put("data", data);
    }
  }

  static Call sdkCore(SignatureVersion signature) {
    return (key, action, parameters) -> {
      DefaultAcsClient client =
          new DefaultAcsClient(
              DefaultProfile.getProfile("cn-hangzhou", (String) key.get("id"), (String) key.get("secret")));
      client.setSignatureVersion(signature);
      CommonRequest request = new CommonRequest();
      request.setSysMethod(MethodType.POST);
      request.setSysProtocol(ProtocolType.HTTP);
      request.setSysDomain(ENDPOINT);
      request.setSysVersion(VERSION);
      request.setSysAction(action);
      parameters.forEach((name, value) -> request.putQueryParameter(name, String.valueOf(value)));
      try {
        return parse(client.getCommonResponse(request).getData());
      } catch (ClientException error) {
        throw new Refused(error.getErrCode(), error.getErrMsg(), null);
      } finally {
        client.shutdown();
      }
    };
  }

  static Call tea(String signatureAlgorithm) {
    return (key, action, parameters) -> {
      Config config =
          new Config()
              .setAccessKeyId((String) key.get("id"))
              .setAccessKeySecret((String) key.get("secret"))
              .setEndpoint(ENDPOINT)
              .setProtocol("http")
              .setSignatureAlgorithm(signatureAlgorithm);
      Map<String, String> form = new HashMap<>();
      parameters.forEach((name, value) -> form.put(name, String.valueOf(value)));
      Params params =
          new Params()
              .setAction(action)
              .setVersion(VERSION)
              .setProtocol("HTTPS")
              .setPathname("/")
              .setMethod("POST")
              .setAuthType("AK")
              .setStyle("RPC")
              .setReqBodyType("formData")
              .setBodyType("json");
      try {
        Map<String, ?> response =
            new com.aliyun.teaopenapi.Client(config)
                .callApi(params, new OpenApiRequest().setBody(form), new RuntimeOptions());
        return parse(GSON.toJson(response.get("body")));
      } catch (TeaException error) {
        throw new Refused(error.getCode(), error.getMessage(), parse(GSON.toJson(error.getData())));
      }
    };
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> parse(String json) {
    return GSON.fromJson(json, Map.class);
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  static void say(String name, Object value) {
    OUT.println(GSON.toJson(Map.of(name, value)));
  }

  static void calls(Call call) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Map<String, Object> asked = parse(line);
      try {
        say("answer", call.of(map(asked.get("key")), (String) asked.get("action"), map(asked.get("parameters"))));
      } catch (Refused refused) {
        say("error", refused.answer);
      }
    }
  }

  static void extension(Call call) throws Exception {
    Map<String, Object> key =
        Map.of(
            "id", System.getenv("ALIBABA_CLOUD_ACCESS_KEY_ID"),
            "secret", System.getenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET"));
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          int status = 200;
          try {
            Map<String, Object> event =
                parse(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            // What is only told needs no answer.
            if (Boolean.TRUE.equals(map(event.get("data")).get("blockBusiness"))) judge(call, key, event);
          } catch (Exception error) {
            error.printStackTrace();
            status = 500;
          }
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    say("port", server.getAddress().getPort());
  }

  static void judge(Call call, Map<String, Object> key, Map<String, Object> event) throws Exception {
    List<String> waiting = new ArrayList<>();
    for (Object node : (List<?>) map(event.get("data")).get("nodeIds")) {
      Map<String, Object> children = call.of(key, "GetNodeChildren", Map.of("NodeId", node, "ProjectEnv", "PROD"));
      for (Object child : (List<?>) map(children.get("Data")).get("Nodes"))
        waiting.add((String) map(child).get("NodeName"));
    }
    try {
      call.of(
          key,
          "UpdateWorkbenchEventResult",
          Map.of(
              "MessageId", event.get("id"),
              "ExtensionCode", System.getenv("EXTENSION_CODE"),
              "CheckResult", waiting.isEmpty() ? "OK" : "FAIL",
              "CheckResultTip", "waited for by: " + (waiting.isEmpty() ? "nobody" : String.join(", ", waiting))));
    } catch (Refused refused) {
      // Delivered before, and answered then.
      if (!"Conflict.CheckResult".equals(refused.answer.get("code"))) throw refused;
    }
  }

  public static void main(String[] args) throws Exception {
    Call call =
        switch (args[0]) {
          case "sdk-core-v1" -> sdkCore(SignatureVersion.V1);
          case "sdk-core-v3" -> sdkCore(SignatureVersion.V3);
          case "tea-v3" -> tea(null);
          default -> tea("v2");
        };
    if (args[1].equals("calls")) calls(call);
    else extension(call);
  }
}
