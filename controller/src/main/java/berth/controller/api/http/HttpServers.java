package berth.controller.api.http;

import berth.protocol.Problem;
import berth.protocol.ProblemCode;
import berth.protocol.Wire;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** One HTTP/1.1 server for each address, all serving the same. */
public final class HttpServers {
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final Handler<HttpServerRequest> handler;
  private final List<HttpServer> servers = new ArrayList<>();

  public HttpServers(Vertx vertx, Handler<HttpServerRequest> handler) {
    this.vertx = vertx;
    this.handler = handler;
  }

  /** Begins to listen on all of them, or on none; gives the addresses as they were bound. */
  public Future<List<SocketAddress>> listen(List<SocketAddress> addresses) {
    var listening = addresses.stream().map(address -> server().listen(address)).toList();
    return Future.all(listening)
        .map(_ ->
            IntStream.range(0, addresses.size())
                .mapToObj(i -> bound(addresses.get(i), listening.get(i).result()))
                .toList())
        .recover(failure -> close().transform(_ -> Future.failedFuture(failure)));
  }

  /** Stops listening and hangs up on every client; one that takes nothing is not waited for. */
  public Future<Void> close() {
    return Future.join(servers.stream().map(HttpServer::close).toList())
        .timeout(CLOSING.toMillis(), TimeUnit.MILLISECONDS)
        .otherwiseEmpty()
        .mapEmpty();
  }

  private HttpServer server() {
    var options =
        new HttpServerOptions().setTcpKeepAlive(true).setReuseAddress(true).setTcpNoDelay(true);
    var server =
        vertx
            .createHttpServer(options)
            .requestHandler(handler)
            .invalidRequestHandler(HttpServers::refuse);
    servers.add(server);
    return server;
  }

  private static SocketAddress bound(SocketAddress asked, HttpServer server) {
    return SocketAddress.inetSocketAddress(server.actualPort(), asked.host());
  }

  /** A request that is no HTTP, or too long to be read. */
  private static void refuse(HttpServerRequest request) {
    var status =
        switch (request.decoderResult().cause()) {
          case TooLongHttpLineException _ -> 414;
          case TooLongFrameException _ -> 431;
          case null, default -> 400;
        };
    var message =
        switch (status) {
          case 414 -> "the address is too long";
          case 431 -> "the headers are too long";
          default -> "the request is no HTTP";
        };
    var problem = ProblemDetails.of(status, new Problem(ProblemCode.INVALID, message));
    request
        .response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, ProblemDetails.MEDIA_TYPE)
        .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
        .end(Buffer.buffer(Wire.write(problem)))
        .onComplete(_ -> request.connection().close());
  }
}
