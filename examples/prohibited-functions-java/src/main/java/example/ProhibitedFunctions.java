package example;

import com.aliyuncs.DefaultAcsClient;
import com.aliyuncs.IAcsClient;
import com.aliyuncs.dataworks_public.model.v20200518.GetIDEEventDetailRequest;
import com.aliyuncs.dataworks_public.model.v20200518.GetOptionValueForProjectRequest;
import com.aliyuncs.dataworks_public.model.v20200518.UpdateIDEEventResultRequest;
import com.aliyuncs.exceptions.ClientException;
import com.aliyuncs.profile.DefaultProfile;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.regex.Pattern;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Code that calls MAX_PT is neither committed nor deployed, or only with a warning, as the workspace chooses. */
@SpringBootApplication
@RestController
public class ProhibitedFunctions {
  private static final String REGION = "cn-hangzhou";
  private static final Pattern PROHIBITED = Pattern.compile("\\bMAX_PT\\s*\\(", Pattern.CASE_INSENSITIVE);

  private final IAcsClient client;
  private final String extensionCode;

  public ProhibitedFunctions(
      @Value("${dataworks.endpoint}") String endpoint,
      @Value("${dataworks.access-key-id}") String accessKeyId,
      @Value("${dataworks.access-key-secret}") String accessKeySecret,
      @Value("${dataworks.extension-code}") String extensionCode) {
    DefaultProfile.addEndpoint(REGION, "dataworks-public", endpoint);
    this.client = new DefaultAcsClient(DefaultProfile.getProfile(REGION, accessKeyId, accessKeySecret));
    this.extensionCode = extensionCode;
  }

  public static void main(String[] arguments) {
    SpringApplication.run(ProhibitedFunctions.class, arguments);
  }

  /** Takes events as they come from the bus. */
  @PostMapping("/events")
  public ResponseEntity<String> receive(@RequestBody String body) throws ClientException {
    JsonObject event = JsonParser.parseString(body).getAsJsonObject();
    JsonObject data = event.getAsJsonObject("data");
    // What is only told waits for no answer.
    if (!data.get("blockBusiness").getAsBoolean()) return ResponseEntity.ok("");
    try {
      answer(event.get("id").getAsString(), data.get("projectId").getAsLong());
    } catch (ClientException error) {
      // Where it was delivered again the first result stands. After anything else it is delivered again.
      if (!"Conflict.CheckResult".equals(error.getErrCode())) throw error;
    }
    return ResponseEntity.ok("");
  }

  private void answer(String messageId, long projectId) throws ClientException {
    GetIDEEventDetailRequest detail = new GetIDEEventDetailRequest();
    detail.setMessageId(messageId);
    detail.setProjectId(projectId);
    String code = client.getAcsResponse(detail).getEventDetail().getCommittedFile().getContent();

    UpdateIDEEventResultRequest result = new UpdateIDEEventResultRequest();
    result.setMessageId(messageId);
    result.setExtensionCode(extensionCode);
    boolean isProhibited = PROHIBITED.matcher(code).find();
    result.setCheckResult(isProhibited ? chosen(projectId) : "OK");
    if (isProhibited) result.setCheckResultTip("代码调用了 MAX_PT: name the partition instead.");
    client.getAcsResponse(result);
  }

  /** What the workspace has chosen to happen. */
  private String chosen(long projectId) throws ClientException {
    GetOptionValueForProjectRequest options = new GetOptionValueForProjectRequest();
    options.setExtensionCode(extensionCode);
    options.setProjectId(String.valueOf(projectId));
    String value = client.getAcsResponse(options).getOptionValue();
    return value == null ? "FAIL" : JsonParser.parseString(value).getAsJsonObject().get("checkStatus").getAsString();
  }
}
