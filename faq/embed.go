// Package faq embeds the reviewed content and the matcher's model that was learnt from it.
package faq

import "embed"

//go:generate go run faqbot/cmd/faqbot train --faq . --out en.model
//go:generate go run faqbot/cmd/faqbot train --faq . --no-encoder --out en.words.model

// FS holds a folder of YAML a locale, its schema, and beside it a trained model a locale: with the sentence encoder, and by words alone.
//
//go:embed en/*.yaml en/safety/*.yaml en.model en.words.model schema.json
var FS embed.FS
