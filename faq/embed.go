// Package faq embeds the reviewed content and the matcher's model that was learnt from it.
package faq

import "embed"

//go:generate go run faqbot/cmd/faqbot train --faq . --out en.model

// FS holds a folder of YAML a locale, and a trained model a locale beside it.
//
//go:embed en/*.yaml en.model
var FS embed.FS
