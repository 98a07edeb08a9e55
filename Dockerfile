# docker build -t faqbot --build-arg VERSION=v1.0.0 .

FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src

# The modules change seldom: their layer stays while the code changes.
COPY go.mod go.sum ./
RUN go mod download

COPY cmd cmd
COPY faq faq
COPY internal internal
ARG VERSION=
ARG TARGETOS
ARG TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$VERSION" -o /out/faqbot ./cmd/faqbot \
    && mkdir /out/cache /out/data

# Distroless rather than scratch: its certificates and its user are Debian's, and a rebuild updates them. No shell, no package manager.
FROM gcr.io/distroless/static-debian12:nonroot
COPY LICENSE /LICENSE
# Volumes that are mounted here take over the owner. Only a content folder of one's own needs the cache.
COPY --from=build --chown=65532:65532 /out/cache /cache
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build /out/faqbot /faqbot
ENV FAQBOT_CACHE=/cache FAQBOT_DATABASE=/data/faqbot.db
# The number of "nonroot": Kubernetes cannot check a name.
USER 65532:65532
ENTRYPOINT ["/faqbot"]
CMD ["run"]
