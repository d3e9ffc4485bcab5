# The server and nothing else: a static binary in an empty image, run by a user who is not root.
#
#   docker build -t splinterdns .
#   docker run --rm -p 5300:53/udp -p 5300:53/tcp splinterdns
#   docker run --rm --read-only --cap-drop ALL --cap-add NET_BIND_SERVICE splinterdns
#
# Works with the classic builder and with BuildKit.

FROM rust:1.95-slim-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends libcap2-bin \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build

# Linked statically: the server looks up no host names and no user names, so it needs nothing of glibc at run time.
# With a --target, the flag reaches the program and not Cargo's own helpers.
ENV RUSTFLAGS="-C target-feature=+crt-static"

# The dependencies first, around an empty program, so that a changed source file does not build them again.
COPY Cargo.toml Cargo.lock build.rs ./
COPY benches benches
RUN mkdir src \
 && printf '//! Nothing yet.\nfn main() {}\n' > src/main.rs \
 && echo '//! Nothing yet.' > src/lib.rs \
 && cargo build --release --locked --target "$(rustc -vV | sed -n 's/^host: //p')" \
 && rm -r src

# `docker build --build-arg SPLINTERDNS_COMMIT="$(git rev-parse HEAD)" .` has `--version` tell the commit.
ARG SPLINTERDNS_COMMIT=
COPY . .
# Cargo goes by the time of change, and the sources may be older than the empty program.
RUN touch src/main.rs src/lib.rs \
 && cargo build --release --locked --target "$(rustc -vV | sed -n 's/^host: //p')" \
 && mkdir /image \
 && cp target/*/release/splinterdns /image/ \
 && setcap cap_net_bind_service=+ep /image/splinterdns


FROM scratch
LABEL org.opencontainers.image.title="splinterdns" \
      org.opencontainers.image.description="A DNS server that answers as a country's network would" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
# A folder and not the file, because the classic builder loses a single file's capability.
COPY --from=build /image/ /

# Port 53 comes with the file's capability, not with root. `--cap-drop ALL` needs `--cap-add NET_BIND_SERVICE` beside it.
USER 65532:65532
EXPOSE 53/udp 53/tcp
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/splinterdns", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/splinterdns"]
# Where `serve` listens and `health` asks; every option of `serve` has such a variable. IPv4 alone, so that it starts in a container
# without IPv6 too; set SPLINTERDNS_LISTEN=0.0.0.0:53,[::]:53 where there is one.
ENV SPLINTERDNS_LISTEN=0.0.0.0:53
CMD ["serve"]
