package main

import (
	"os"
	"strings"
	"testing"

	"faqbot/internal/answer"
	"faqbot/internal/content"
)

// An entry is drawn with every notice, but its fault is told once, with its id and the surface that found it.
func TestCheckRepliesTellsFaultsOnce(t *testing.T) {
	t.Parallel()
	lib, err := content.Load(os.DirFS(testContent(t)), "en")
	if err != nil {
		t.Fatal(err)
	}
	if replies, problems := checkReplies(answer.NewCards(lib)); replies == 0 || len(problems) != 0 {
		t.Fatalf("%d replies, problems %v", replies, problems)
	}
	lib.Entries()[0].Answer = "ring\a"
	lib.Entries()[1].Answer = "ring\a"
	_, problems := checkReplies(answer.NewCards(lib))
	told := 0
	for _, p := range problems {
		if strings.HasPrefix(p.Error(), "faq/duration: terminal: ") || strings.HasPrefix(p.Error(), "symptoms/sleep: terminal: ") {
			told++
		}
	}
	if told != 2 {
		t.Errorf("two faults are told %d times: %v", told, problems)
	}
}
