package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/textproto"
)

// body is what is sent and its media type: JSON, or a form of JSON and files; nil when there is nothing to send.
func (c Call) body() (body []byte, kind string, err error) {
	if c.Body == nil {
		return nil, "", nil
	}
	body, err = json.Marshal(c.Body)
	if err != nil {
		return nil, "", fmt.Errorf("%s: encode: %w", c, err)
	}
	if len(c.Files) == 0 {
		return body, "application/json", nil
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	add := func(disposition, kind string, data []byte) {
		part, _ := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {disposition}, "Content-Type": {kind}})
		_, _ = part.Write(data) // memory takes all
	}
	add(`form-data; name="payload_json"`, "application/json", body)
	for i, f := range c.Files {
		add(fmt.Sprintf("form-data; name=\"files[%d]\"; filename=%q", i, f.Name), f.Type, f.Data)
	}
	_ = w.Close()
	return form.Bytes(), w.FormDataContentType(), nil
}
