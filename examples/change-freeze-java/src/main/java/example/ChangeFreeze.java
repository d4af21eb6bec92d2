package example;

import com.aliyuncs.DefaultAcsClient;
import com.aliyuncs.IAcsClient;
import com.aliyuncs.dataworks_public.model.v20200518.GetOptionValueForProjectRequest;
import com.aliyuncs.dataworks_public.model.v20200518.UpdateIDEEventResultRequest;
import com.aliyuncs.exceptions.ClientException;
import com.aliyuncs.profile.DefaultProfile;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** On the days that the workspace has chosen nothing is committed or deployed, or only with a warning. */
@SpringBootApplication
@RestController
public class ChangeFreeze {
  private static final String REGION = "cn-hangzhou";
  /** A day, 2026-10-01, or all from one day to another, 2026-10-01..2026-10-07; then, if wanted, why. */
  private static final Pattern DAYS = Pattern.compile("^\\s*(\\d{4}-\\d\\d-\\d\\d)(?:\\.\\.(\\d{4}-\\d\\d-\\d\\d))?");

  private final IAcsClient client;
  private final String extensionCode;

  public ChangeFreeze(
      @Value("${dataworks.endpoint}") String endpoint,
      @Value("${dataworks.access-key-id}") String accessKeyId,
      @Value("${dataworks.access-key-secret}") String accessKeySecret,
      @Value("${dataworks.extension-code}") String extensionCode) {
    DefaultProfile.addEndpoint(REGION, "dataworks-public", endpoint);
    this.client = new DefaultAcsClient(DefaultProfile.getProfile(REGION, accessKeyId, accessKeySecret));
    this.extensionCode = extensionCode;
  }

  public static void main(String[] arguments) {
    SpringApplication.run(ChangeFreeze.class, arguments);
  }

  /** Takes events as they come from the bus. */
  @PostMapping("/events")
  public ResponseEntity<String> receive(@RequestBody String body) throws ClientException {
    JsonObject event = JsonParser.parseString(body).getAsJsonObject();
    JsonObject data = event.getAsJsonObject("data");
    // What is only told waits for no answer.
    if (!data.get("blockBusiness").getAsBoolean()) return ResponseEntity.ok("");
    try {
      answer(event.get("id").getAsString(), chosen(data.get("projectId").getAsLong()));
    } catch (ClientException error) {
      // Where it was delivered again the first result stands. After anything else it is delivered again.
      if (!"Conflict.CheckResult".equals(error.getErrCode())) throw error;
    }
    return ResponseEntity.ok("");
  }

  private void answer(String messageId, JsonObject chosen) throws ClientException {
    int hoursAhead = Integer.parseInt(textOf(chosen, "utcOffset").orElse("0"));
    String today = LocalDate.now(ZoneOffset.ofHours(hoursAhead)).toString();
    Optional<String> line = textOf(chosen, "days").orElse("").lines().filter(one -> covers(one, today)).findFirst();

    UpdateIDEEventResultRequest result = new UpdateIDEEventResultRequest();
    result.setMessageId(messageId);
    result.setExtensionCode(extensionCode);
    result.setCheckResult(line.isEmpty() ? "OK" : textOf(chosen, "checkStatus").orElse("FAIL"));
    line.ifPresent(one -> result.setCheckResultTip("Nothing is changed today, " + today + ": " + one.trim()));
    client.getAcsResponse(result);
  }

  private static boolean covers(String line, String day) {
    Matcher days = DAYS.matcher(line);
    if (!days.find()) return false;
    String last = days.group(2) == null ? days.group(1) : days.group(2);
    return days.group(1).compareTo(day) <= 0 && day.compareTo(last) <= 0;
  }

  /** What the workspace has chosen. */
  private JsonObject chosen(long projectId) throws ClientException {
    GetOptionValueForProjectRequest options = new GetOptionValueForProjectRequest();
    options.setExtensionCode(extensionCode);
    options.setProjectId(String.valueOf(projectId));
    String value = client.getAcsResponse(options).getOptionValue();
    return value == null ? new JsonObject() : JsonParser.parseString(value).getAsJsonObject();
  }

  private static Optional<String> textOf(JsonObject chosen, String name) {
    return chosen.has(name) && !chosen.get(name).getAsString().isBlank() ? Optional.of(chosen.get(name).getAsString()) : Optional.empty();
  }
}
