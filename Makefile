LINT    := go tool -modfile=internal/tools/go.mod golangci-lint
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)

.DEFAULT_GOAL := help

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/faqbot, static
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/faqbot ./cmd/faqbot

.PHONY: test
test: ## run all tests
	go test ./...

.PHONY: lint
lint: ## format, then run the linters (their first build takes minutes)
	$(LINT) fmt
	$(LINT) run ./...

.PHONY: check
check: ## check the content in faq
	go run ./cmd/faqbot check --faq faq

.PHONY: train
train: ## learn the models of the content in faq and of the guard again
	go generate ./faq ./internal/guard

.PHONY: image
image: ## build the container image
	docker build -t faqbot --build-arg VERSION=$(VERSION) .
