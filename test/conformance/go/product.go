// The product's own clients of the second generation. This file is compiled only where their modules could be installed.
package main

import (
	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	older2020 "github.com/alibabacloud-go/dataworks-public-20200518/v9/client"
	newer2024 "github.com/alibabacloud-go/dataworks-public-20240518/v8/client"
)

func init() {
	products["2020-05-18"] = func(config *openapi.Config) (any, error) { return older2020.NewClient(config) }
	products["2024-05-18"] = func(config *openapi.Config) (any, error) { return newer2024.NewClient(config) }
}
