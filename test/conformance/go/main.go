// The vendor's Go clients, for the conformance runner.
//
//	bridge CLIENT calls      reads calls as lines of JSON and answers each with a line of JSON
//	bridge CLIENT extension  is an extension: receives events over HTTP, reads the nodes and returns its result
//
// CLIENT is sdk-go (the first generation, signature V1), darabonba-v3 or darabonba-v1 (the second, with either signature).
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	service "github.com/alibabacloud-go/tea-utils/v2/service"
	"github.com/alibabacloud-go/tea/tea"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
)

const version = "2020-05-18"

type key struct{ Id, Secret string }

type answer = map[string]any

type refused struct {
	Code    string         `json:"code"`
	Message string         `json:"message"`
	Data    map[string]any `json:"data"`
}

func (r *refused) Error() string { return r.Message }

type call func(key key, action string, parameters map[string]any) (answer, error)

func text(value any) string {
	if number, ok := value.(float64); ok {
		return strconv.FormatInt(int64(number), 10)
	}
	return fmt.Sprint(value)
}

func sdkGo(key key, action string, parameters map[string]any) (answer, error) {
	client, err := sdk.NewClientWithAccessKey("cn-hangzhou", key.Id, key.Secret)
	if err != nil {
		return nil, err
	}
	request := requests.NewCommonRequest()
	request.Method = "POST"
	request.Scheme = "http"
	request.Domain = os.Getenv("DATAWORKS_ENDPOINT")
	request.Version = version
	request.ApiName = action
	request.FormParams = map[string]string{}
	for name, value := range parameters {
		request.FormParams[name] = text(value)
	}
	response, err := client.ProcessCommonRequest(request)
	var refusal sdkerrors.Error
	if errors.As(err, &refusal) {
		return nil, &refused{Code: refusal.ErrorCode(), Message: refusal.Message()}
	}
	if err != nil {
		return nil, err
	}
	var body answer
	return body, json.Unmarshal(response.GetHttpContentBytes(), &body)
}

func darabonba(signatureAlgorithm string) call {
	return func(key key, action string, parameters map[string]any) (answer, error) {
		config := &openapi.Config{
			AccessKeyId:     tea.String(key.Id),
			AccessKeySecret: tea.String(key.Secret),
			Endpoint:        tea.String(os.Getenv("DATAWORKS_ENDPOINT")),
			Protocol:        tea.String("http"),
		}
		if signatureAlgorithm != "" {
			config.SignatureAlgorithm = tea.String(signatureAlgorithm)
		}
		client, err := openapi.NewClient(config)
		if err != nil {
			return nil, err
		}
		query := map[string]*string{}
		for name, value := range parameters {
			query[name] = tea.String(text(value))
		}
		response, err := client.CallApi(&openapi.Params{
			Action:      tea.String(action),
			Version:     tea.String(version),
			Protocol:    tea.String("HTTPS"),
			Pathname:    tea.String("/"),
			Method:      tea.String("POST"),
			AuthType:    tea.String("AK"),
			Style:       tea.String("RPC"),
			ReqBodyType: tea.String("formData"),
			BodyType:    tea.String("json"),
		}, &openapi.OpenApiRequest{Query: query}, &service.RuntimeOptions{})
		var refusal *tea.SDKError
		if errors.As(err, &refusal) {
			var data map[string]any
			if refusal.Data != nil {
				_ = json.Unmarshal([]byte(*refusal.Data), &data)
			}
			return nil, &refused{Code: tea.StringValue(refusal.Code), Message: tea.StringValue(refusal.Message), Data: data}
		}
		if err != nil {
			return nil, err
		}
		body, _ := response["body"].(map[string]any)
		return body, nil
	}
}

var clients = map[string]call{"sdk-go": sdkGo, "darabonba-v3": darabonba(""), "darabonba-v1": darabonba("v2")}

func calls(call call) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var asked struct {
			Action     string
			Parameters map[string]any
			Key        key
		}
		check(json.Unmarshal(lines.Bytes(), &asked))
		body, err := call(asked.Key, asked.Action, asked.Parameters)
		var refusal *refused
		if errors.As(err, &refusal) {
			say(answer{"error": refusal})
		} else {
			check(err)
			say(answer{"answer": body})
		}
	}
}

func extension(call call) {
	own := key{os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_ID"), os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET")}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	say(answer{"port": listener.Addr().(*net.TCPAddr).Port})
	check(http.Serve(listener, http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		var event struct {
			Id   string
			Data struct {
				BlockBusiness bool
				NodeIds       []any
			}
		}
		check(json.NewDecoder(request.Body).Decode(&event))
		// What is only told needs no answer.
		if !event.Data.BlockBusiness {
			return
		}
		waiting := []string{}
		for _, node := range event.Data.NodeIds {
			children, err := call(own, "GetNodeChildren", map[string]any{"NodeId": node, "ProjectEnv": "PROD"})
			check(err)
			for _, child := range children["Data"].(map[string]any)["Nodes"].([]any) {
				waiting = append(waiting, child.(map[string]any)["NodeName"].(string))
			}
		}
		result, names := "OK", "nobody"
		if len(waiting) > 0 {
			result, names = "FAIL", strings.Join(waiting, ", ")
		}
		_, err := call(own, "UpdateWorkbenchEventResult", map[string]any{
			"MessageId":      event.Id,
			"ExtensionCode":  os.Getenv("EXTENSION_CODE"),
			"CheckResult":    result,
			"CheckResultTip": "waited for by: " + names,
		})
		// Delivered before, and answered then.
		var refusal *refused
		if !errors.As(err, &refusal) || refusal.Code != "Conflict.CheckResult" {
			check(err)
		}
	})))
}

func say(value any) {
	line, err := json.Marshal(value)
	check(err)
	fmt.Println(string(line))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	map[string]func(call){"calls": calls, "extension": extension}[os.Args[2]](clients[os.Args[1]])
}
