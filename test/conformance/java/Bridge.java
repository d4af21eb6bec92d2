import com.aliyun.teaopenapi.models.Config;
import com.aliyun.teaopenapi.models.OpenApiRequest;
import com.aliyun.teaopenapi.models.Params;
import com.aliyun.teautil.models.RuntimeOptions;
import com.aliyun.tea.TeaException;
import com.aliyun.tea.TeaModel;
import com.aliyuncs.CommonRequest;
import com.aliyuncs.DefaultAcsClient;
import com.aliyuncs.RpcAcsRequest;
import com.aliyuncs.auth.SignatureVersion;
import com.aliyuncs.exceptions.ClientException;
import com.aliyuncs.http.MethodType;
import com.aliyuncs.http.ProtocolType;
import com.aliyuncs.profile.DefaultProfile;
import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * The vendor's Java clients, for the conformance runner.
 *
 * <p>Bridge CLIENT calls: reads calls as lines of JSON and answers each with a line of JSON. Bridge CLIENT extension: is an extension that
 * receives events over HTTP, reads what they are about and returns its result. CLIENT is sdk-core-v1 or sdk-core-v3 (the first generation, with
 * either signature), tea-v3 or tea-v1 (the second). Calls go through the product's own requests and answers, and through the core's common
 * request where the packages have none for the action.
 */
public class Bridge {
  static final String ENDPOINT = System.getenv("DATAWORKS_ENDPOINT");
  static final String OLDER = "2020-05-18";
  static final Gson GSON = new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();
  /** Answers as they are on the wire, of objects whose members are called as in Java. */
  static final Gson PASCAL = new GsonBuilder().setFieldNamingPolicy(FieldNamingPolicy.UPPER_CAMEL_CASE).create();
  static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  /** What was answered, and whether the product's own requests and answers were used. */
  record Answered(Map<String, Object> answer, boolean typed) {}

  interface Call {
    Answered of(Map<String, Object> key, String action, Map<String, Object> parameters, String version) throws Exception;

    default Map<String, Object> of(Map<String, Object> key, String action, Map<String, Object> parameters) throws Exception {
      return of(key, action, parameters, OLDER).answer();
    }
  }

  static class Refused extends Exception {
    final Map<String, Object> answer = new HashMap<>();

    Refused(String code, String message, Map<String, Object> data) {
      answer.put("code", code);
      answer.put("message", message);
      answer.put("data", data);
    }
  }

  /** Null where the packages do not have it. */
  static Class<?> known(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException absent) {
      return null;
    }
  }

  static String text(Object value) {
    return value instanceof Map || value instanceof List ? GSON.toJson(value) : String.valueOf(value);
  }

  static Call sdkCore(SignatureVersion signature) {
    return (key, action, parameters, version) -> {
      DefaultAcsClient client =
          new DefaultAcsClient(
              DefaultProfile.getProfile("cn-hangzhou", (String) key.get("id"), (String) key.get("secret")));
      client.setSignatureVersion(signature);
      Class<?> product =
          known("com.aliyuncs.dataworks_public.model.v" + version.replace("-", "") + "." + action + "Request");
      try {
        if (product != null)
          return new Answered(parse(PASCAL.toJson(client.getAcsResponse(filled(product, parameters)))), true);
        CommonRequest request = new CommonRequest();
        request.setSysMethod(MethodType.POST);
        request.setSysProtocol(ProtocolType.HTTP);
        request.setSysDomain(ENDPOINT);
        request.setSysVersion(version);
        request.setSysAction(action);
        parameters.forEach((name, value) -> request.putQueryParameter(name, text(value)));
        return new Answered(parse(client.getCommonResponse(request).getData()), false);
      } catch (ClientException error) {
        throw new Refused(error.getErrCode(), error.getErrMsg(), null);
      } finally {
        client.shutdown();
      }
    };
  }

  static RpcAcsRequest<?> filled(Class<?> product, Map<String, Object> parameters) throws Exception {
    RpcAcsRequest<?> request = (RpcAcsRequest<?>) product.getConstructor().newInstance();
    request.setSysEndpoint(ENDPOINT);
    // Some of the requests insist on HTTPS otherwise.
    request.setSysProtocol(ProtocolType.HTTP);
    for (Map.Entry<String, Object> parameter : parameters.entrySet())
      for (Method method : product.getMethods())
        // Lists have an s more.
        if (method.getName().matches("set" + parameter.getKey() + "s?"))
          method.invoke(
              request,
              (Object) PASCAL.fromJson(GSON.toJson(parameter.getValue()), method.getGenericParameterTypes()[0]));
    return request;
  }

  static Call tea(String signatureAlgorithm) {
    return (key, action, parameters, version) -> {
      Config config =
          new Config()
              .setAccessKeyId((String) key.get("id"))
              .setAccessKeySecret((String) key.get("secret"))
              .setEndpoint(ENDPOINT)
              .setProtocol("http")
              .setSignatureAlgorithm(signatureAlgorithm);
      String product = "com.aliyun.dataworks_public" + version.replace("-", "");
      Class<?> request = known(product + ".models." + action + "Request");
      try {
        if (request == null) return new Answered(common(config, action, parameters, version), false);
        Class<?> client = Class.forName(product + ".Client");
        String method = Character.toLowerCase(action.charAt(0)) + action.substring(1);
        TeaModel filled = TeaModel.build(parameters, (TeaModel) request.getConstructor().newInstance());
        Object response =
            client
                .getMethod(method, request)
                .invoke(client.getConstructor(Config.class).newInstance(config), filled);
        TeaModel body = (TeaModel) response.getClass().getMethod("getBody").invoke(response);
        return new Answered(parse(GSON.toJson(body.toMap())), true);
      } catch (InvocationTargetException error) {
        if (error.getCause() instanceof TeaException refusal) throw refused(refusal);
        throw error;
      } catch (TeaException error) {
        throw refused(error);
      }
    };
  }

  static Refused refused(TeaException error) {
    return new Refused(error.getCode(), error.getMessage(), parse(GSON.toJson(error.getData())));
  }

  static Map<String, Object> common(Config config, String action, Map<String, Object> parameters, String version)
      throws Exception {
    Map<String, String> form = new HashMap<>();
    parameters.forEach((name, value) -> form.put(name, text(value)));
    Params params =
        new Params()
            .setAction(action)
            .setVersion(version)
            .setProtocol("HTTPS")
            .setPathname("/")
            .setMethod("POST")
            .setAuthType("AK")
            .setStyle("RPC")
            .setReqBodyType("formData")
            .setBodyType("json");
    Map<String, ?> response =
        new com.aliyun.teaopenapi.Client(config)
            .callApi(params, new OpenApiRequest().setBody(form), new RuntimeOptions());
    return parse(GSON.toJson(response.get("body")));
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> parse(String json) {
    return GSON.fromJson(json, Map.class);
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  static void say(Object value) {
    OUT.println(GSON.toJson(value));
  }

  static void calls(Call call) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Map<String, Object> asked = parse(line);
      try {
        say(
            call.of(
                map(asked.get("key")),
                (String) asked.get("action"),
                map(asked.get("parameters")),
                (String) asked.get("version")));
      } catch (Refused refused) {
        say(Map.of("error", refused.answer));
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
            Map<String, Object> data = map(event.get("data"));
            if (!Boolean.TRUE.equals(data.get("blockBusiness"))) return;
            if ("commit-file".equals(data.get("eventCode"))) judgeCode(call, key, event);
            else judgeNodes(call, key, event);
          } catch (Exception error) {
            error.printStackTrace();
            status = 500;
          } finally {
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
          }
        });
    server.start();
    say(Map.of("port", server.getAddress().getPort()));
  }

  static void judgeNodes(Call call, Map<String, Object> key, Map<String, Object> event) throws Exception {
    List<String> waiting = new ArrayList<>();
    for (Object node : (List<?>) map(event.get("data")).get("nodeIds")) {
      Map<String, Object> children = call.of(key, "GetNodeChildren", Map.of("NodeId", node, "ProjectEnv", "PROD"));
      for (Object child : (List<?>) map(children.get("Data")).get("Nodes"))
        waiting.add((String) map(child).get("NodeName"));
    }
    answer(
        () ->
            call.of(
                key,
                "UpdateWorkbenchEventResult",
                Map.of(
                    "MessageId", event.get("id"),
                    "ExtensionCode", System.getenv("EXTENSION_CODE"),
                    "CheckResult", waiting.isEmpty() ? "OK" : "FAIL",
                    "CheckResultTip",
                        "waited for by: " + (waiting.isEmpty() ? "nobody" : String.join(", ", waiting)))));
  }

  static void judgeCode(Call call, Map<String, Object> key, Map<String, Object> event) throws Exception {
    String code = System.getenv("CODE_EXTENSION_CODE");
    Object project = map(event.get("data")).get("projectId");
    Object detail =
        call.of(key, "GetIDEEventDetail", Map.of("MessageId", event.get("id"), "ProjectId", project)).get("EventDetail");
    Map<String, Object> file = map(map(detail).get("CommittedFile"));
    Object chosen =
        call.of(key, "GetOptionValueForProject", Map.of("ExtensionCode", code, "ProjectId", text(project)))
            .get("OptionValue");
    String ifProhibited = chosen == null ? "FAIL" : (String) parse((String) chosen).get("checkStatus");
    answer(
        () ->
            call.of(
                key,
                "UpdateIDEEventResult",
                Map.of(
                    "MessageId", event.get("id"),
                    "ExtensionCode", code,
                    "CheckResult", ((String) file.get("Content")).contains("MAX_PT") ? ifProhibited : "OK",
                    "CheckResultTip", "the code of " + file.get("FileName"))));
  }

  static void answer(Callable<?> work) throws Exception {
    try {
      work.call();
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
