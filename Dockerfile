# syntax=docker/dockerfile:1

# Both bases are arguments so that a release pins them by digest: --build-arg RUNTIME_IMAGE=…@sha256:…
ARG BUILD_IMAGE=docker.io/library/node:24-trixie-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

# The result is JavaScript only (scripts/check-image.ts proves it), so one build serves every platform without emulation.
FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
# No install scripts: the one that development needs only downloads a Node, and this image has one.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && node scripts/stage-image.ts /rootfs

# No RUN below this line: the image has no shell. Nothing is written at run time, so the root file system may be read-only.
FROM ${RUNTIME_IMAGE}
ARG VERSION=0.0.0-dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="audit-scanner" \
      org.opencontainers.image.description="Audits Kubernetes resources against Kubewarden policies and writes policy reports" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /rootfs/ /
# Node grows its heap to what the container has unless it is told otherwise; a deployment that sets NODE_OPTIONS replaces these.
ENV NODE_OPTIONS="--max-semi-space-size=16 --max-old-space-size=192"
USER 65532:65532
WORKDIR /
ENTRYPOINT ["/audit-scanner"]
