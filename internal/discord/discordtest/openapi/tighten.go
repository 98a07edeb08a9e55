package openapi

import "github.com/getkin/kin-openapi/openapi3"

// Limits of Discord's documentation that the description has higher: content of members with Nitro, choices of others than bots, and
// components of messages.
const (
	maxContent         = 2000
	maxChoice          = 100
	maxModalComponents = 5
)

// tighten makes the description as strict as Discord's documentation, and refuses fields that it does not name.
func tighten(doc *openapi3.T) {
	schemas := doc.Components.Schemas
	limit := func(schema, property string, most uint64) {
		for _, s := range alternatives(schemas[schema].Value.Properties[property]) {
			switch {
			case s.Type.Includes(openapi3.TypeString):
				s.MaxLength = &most
			case s.Type.Includes(openapi3.TypeArray):
				s.MaxItems = &most
			}
		}
	}
	limit("MessageCreateRequest", "content", maxContent)
	limit("MessageEditRequestPartial", "content", maxContent)
	limit("ApplicationCommandOptionStringChoice", "value", maxChoice)
	limit("ModalInteractionCallbackRequestData", "components", maxModalComponents)
	for _, s := range schemas {
		if p := s.Value.Properties["default_member_permissions"]; p != nil {
			// The description has a number, the documentation a decimal text, which is what Discord takes.
			p.Value, p.Ref = openapi3.NewStringSchema().WithPattern(`^[0-9]+$`), ""
		}
	}
	no := false
	for _, s := range requestSchemas(doc) {
		object := s.Type.Includes(openapi3.TypeObject) || len(s.Properties) > 0
		if object && len(s.AllOf) == 0 && s.AdditionalProperties.Has == nil && s.AdditionalProperties.Schema == nil {
			s.AdditionalProperties.Has = &no
		}
	}
}

// alternatives lists a schema and those in it of which one must hold.
func alternatives(ref *openapi3.SchemaRef) []*openapi3.Schema {
	if ref == nil || ref.Value == nil {
		return nil
	}
	out := []*openapi3.Schema{ref.Value}
	for _, list := range []openapi3.SchemaRefs{ref.Value.OneOf, ref.Value.AnyOf} {
		for _, alt := range list {
			out = append(out, alternatives(alt)...)
		}
	}
	return out
}

// requestSchemas lists every schema below a request's body.
func requestSchemas(doc *openapi3.T) []*openapi3.Schema {
	seen := map[*openapi3.Schema]bool{}
	var out []*openapi3.Schema
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			if op.RequestBody == nil || op.RequestBody.Value == nil {
				continue
			}
			for _, media := range op.RequestBody.Value.Content {
				out = append(out, below(media.Schema, seen)...)
			}
		}
	}
	return out
}

// below lists a schema and those in it that have not been seen.
func below(ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) []*openapi3.Schema {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return nil
	}
	s := ref.Value
	seen[s] = true
	out := []*openapi3.Schema{s}
	for _, list := range []openapi3.SchemaRefs{s.OneOf, s.AnyOf, s.AllOf, {s.Items, s.AdditionalProperties.Schema}} {
		for _, alt := range list {
			out = append(out, below(alt, seen)...)
		}
	}
	for _, p := range s.Properties {
		out = append(out, below(p, seen)...)
	}
	return out
}
