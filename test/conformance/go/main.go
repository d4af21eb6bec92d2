// The vendor's Go clients, for the conformance runner.
//
//	bridge CLIENT calls      reads calls as lines of JSON and answers each with a line of JSON
//	bridge CLIENT extension  is an extension: receives events over HTTP, reads what they are about and returns its result
//
// CLIENT is sdk-go (the first generation, signature V1), darabonba-v3 or darabonba-v1 (the second, with either signature). Calls go through the product's
// own requests and answers where there are some for the action, and through the core's common request otherwise.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"reflect"
	"strconv"
	"strings"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	service "github.com/alibabacloud-go/tea-utils/v2/service"
	"github.com/alibabacloud-go/tea/tea"
	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	dataworks "github.com/aliyun/alibaba-cloud-sdk-go/services/dataworks-public"
)

const older = "2020-05-18"

type key struct{ Id, Secret string }

type answer = map[string]any

type refused struct {
	Code    string         `json:"code"`
	Message string         `json:"message"`
	Data    map[string]any `json:"data"`
}

func (r *refused) Error() string { return r.Message }

// What was answered, and whether the product's own requests and answers were used.
type call func(key key, action string, parameters map[string]any, version string) (answer, bool, error)

func (c call) older(key key, action string, parameters map[string]any) (answer, error) {
	body, _, err := c(key, action, parameters, older)
	return body, err
}

func text(value any) string {
	switch value := value.(type) {
	case float64:
		return strconv.FormatInt(int64(value), 10)
	case []any, map[string]any:
		written, err := json.Marshal(value)
		check(err)
		return string(written)
	}
	return fmt.Sprint(value)
}

func decoded(value any) answer {
	written, err := json.Marshal(value)
	check(err)
	var body answer
	check(json.Unmarshal(written, &body))
	return body
}

func sdkGo(key key, action string, parameters map[string]any, version string) (answer, bool, error) {
	client, err := dataworks.NewClientWithAccessKey("cn-hangzhou", key.Id, key.Secret)
	if err != nil {
		return nil, false, err
	}
	if method := reflect.ValueOf(client).MethodByName(action); version == older && method.IsValid() {
		results := method.Call([]reflect.Value{filled(method.Type().In(0).Elem(), action, parameters)})
		if err, _ := results[1].Interface().(error); err != nil {
			return nil, true, refusalOf(err)
		}
		return decoded(results[0].Interface()), true, nil
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
	if err != nil {
		return nil, false, refusalOf(err)
	}
	var body answer
	return body, false, json.Unmarshal(response.GetHttpContentBytes(), &body)
}

func refusalOf(err error) error {
	var refusal sdkerrors.Error
	if errors.As(err, &refusal) {
		return &refused{Code: refusal.ErrorCode(), Message: refusal.Message()}
	}
	return err
}

// The product's request as its constructor makes it, with the parameters in their fields.
func filled(kind reflect.Type, action string, parameters map[string]any) reflect.Value {
	request := reflect.New(kind)
	rpc := &requests.RpcRequest{}
	request.Elem().FieldByName("RpcRequest").Set(reflect.ValueOf(rpc))
	rpc.InitWithApiInfo("dataworks-public", older, action, "", "")
	rpc.Method = requests.POST
	rpc.Scheme = "http"
	rpc.Domain = os.Getenv("DATAWORKS_ENDPOINT")
	for i := 0; i < kind.NumField(); i++ {
		if value, given := parameters[kind.Field(i).Tag.Get("name")]; given {
			setField(request.Elem().Field(i), value)
		}
	}
	return request
}

// Texts and numbers are texts in these requests, and lists are pointers to slices of structures.
func setField(field reflect.Value, value any) {
	if field.Kind() != reflect.Pointer {
		field.SetString(text(value))
		return
	}
	list := reflect.New(field.Type().Elem())
	for _, given := range value.([]any) {
		item := reflect.New(list.Elem().Type().Elem()).Elem()
		for i := 0; i < item.NumField(); i++ {
			if member, there := given.(map[string]any)[item.Type().Field(i).Tag.Get("name")]; there {
				item.Field(i).SetString(text(member))
			}
		}
		list.Elem().Set(reflect.Append(list.Elem(), item))
	}
	field.Set(list)
}

// Clients of the product in the second generation, by version, where they could be installed.
var products = map[string]func(*openapi.Config) (any, error){}

func darabonba(signatureAlgorithm string) call {
	return func(key key, action string, parameters map[string]any, version string) (answer, bool, error) {
		config := &openapi.Config{
			AccessKeyId:     tea.String(key.Id),
			AccessKeySecret: tea.String(key.Secret),
			Endpoint:        tea.String(os.Getenv("DATAWORKS_ENDPOINT")),
			Protocol:        tea.String("http"),
		}
		if signatureAlgorithm != "" {
			config.SignatureAlgorithm = tea.String(signatureAlgorithm)
		}
		if product, installed := products[version]; installed {
			body, err := withProduct(product, config, action, parameters)
			return body, true, teaRefusalOf(err)
		}
		client, err := openapi.NewClient(config)
		if err != nil {
			return nil, false, err
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
		if err != nil {
			return nil, false, teaRefusalOf(err)
		}
		body, _ := response["body"].(map[string]any)
		return body, false, nil
	}
}

func withProduct(product func(*openapi.Config) (any, error), config *openapi.Config, action string, parameters map[string]any) (answer, error) {
	client, err := product(config)
	if err != nil {
		return nil, err
	}
	method := reflect.ValueOf(client).MethodByName(action)
	request := reflect.New(method.Type().In(0).Elem())
	written, err := json.Marshal(parameters)
	check(err)
	check(json.Unmarshal(written, request.Interface()))
	results := method.Call([]reflect.Value{request})
	if err, _ := results[1].Interface().(error); err != nil {
		return nil, err
	}
	return decoded(results[0].Elem().FieldByName("Body").Interface()), nil
}

func teaRefusalOf(err error) error {
	var refusal *tea.SDKError
	if !errors.As(err, &refusal) {
		return err
	}
	var data map[string]any
	if refusal.Data != nil {
		_ = json.Unmarshal([]byte(*refusal.Data), &data)
	}
	return &refused{Code: tea.StringValue(refusal.Code), Message: tea.StringValue(refusal.Message), Data: data}
}

var clients = map[string]call{"sdk-go": sdkGo, "darabonba-v3": darabonba(""), "darabonba-v1": darabonba("v2")}

func calls(call call) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var asked struct {
			Action     string
			Parameters map[string]any
			Key        key
			Version    string
		}
		check(json.Unmarshal(lines.Bytes(), &asked))
		body, typed, err := call(asked.Key, asked.Action, asked.Parameters, asked.Version)
		var refusal *refused
		if errors.As(err, &refusal) {
			say(answer{"error": refusal})
		} else {
			check(err)
			say(answer{"answer": body, "typed": typed})
		}
	}
}

func extension(call call) {
	own := key{os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_ID"), os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET")}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	say(answer{"port": listener.Addr().(*net.TCPAddr).Port})
	check(http.Serve(listener, http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		var received event
		check(json.NewDecoder(request.Body).Decode(&received))
		// What is only told needs no answer.
		if !received.Data.BlockBusiness {
			return
		}
		action, result := "UpdateWorkbenchEventResult", answer{}
		if received.Data.EventCode == "commit-file" {
			action, result = "UpdateIDEEventResult", judgeCode(call, own, received)
		} else {
			result = judgeNodes(call, own, received)
		}
		result["MessageId"] = received.Id
		_, err := call.older(own, action, result)
		// Delivered before, and answered then.
		var refusal *refused
		if !errors.As(err, &refusal) || refusal.Code != "Conflict.CheckResult" {
			check(err)
		}
	})))
}

type event struct {
	Id   string
	Data struct {
		BlockBusiness bool
		EventCode     string
		NodeIds       []any
		ProjectId     any
	}
}

func judgeNodes(call call, own key, received event) answer {
	waiting := []string{}
	for _, node := range received.Data.NodeIds {
		children, err := call.older(own, "GetNodeChildren", answer{"NodeId": node, "ProjectEnv": "PROD"})
		check(err)
		// An empty list is left out by the product's own answers.
		nodes, _ := children["Data"].(answer)["Nodes"].([]any)
		for _, child := range nodes {
			waiting = append(waiting, child.(answer)["NodeName"].(string))
		}
	}
	result, names := "OK", "nobody"
	if len(waiting) > 0 {
		result, names = "FAIL", strings.Join(waiting, ", ")
	}
	return answer{"ExtensionCode": os.Getenv("EXTENSION_CODE"), "CheckResult": result, "CheckResultTip": "waited for by: " + names}
}

func judgeCode(call call, own key, received event) answer {
	code, project := os.Getenv("CODE_EXTENSION_CODE"), received.Data.ProjectId
	detail, err := call.older(own, "GetIDEEventDetail", answer{"MessageId": received.Id, "ProjectId": project})
	check(err)
	file := detail["EventDetail"].(answer)["CommittedFile"].(answer)
	options, err := call.older(own, "GetOptionValueForProject", answer{"ExtensionCode": code, "ProjectId": text(project)})
	check(err)
	chosen := struct{ CheckStatus string }{"FAIL"}
	if value, _ := options["OptionValue"].(string); value != "" {
		check(json.Unmarshal([]byte(value), &chosen))
	}
	result := "OK"
	if strings.Contains(file["Content"].(string), "MAX_PT") {
		result = chosen.CheckStatus
	}
	return answer{"ExtensionCode": code, "CheckResult": result, "CheckResultTip": "the code of " + file["FileName"].(string)}
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
