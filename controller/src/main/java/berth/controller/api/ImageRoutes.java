package berth.controller.api;

import berth.controller.api.http.Answer;
import berth.controller.api.http.Request;
import berth.controller.fleet.HostRegistry;
import berth.controller.image.UploadStore;
import berth.controller.model.HostView;
import berth.controller.model.ImageView;
import berth.controller.model.Upload;
import berth.controller.operation.OperationRequest.Target;
import berth.protocol.BerthException;
import berth.protocol.HostId;
import berth.protocol.ImageName;
import berth.protocol.PoolName;
import berth.protocol.ProblemCode;
import berth.protocol.Sha256;
import berth.protocol.command.ImageCommand.BuildImage;
import berth.protocol.command.ImageCommand.ImportImage;
import berth.protocol.command.ImageCommand.RemoveImage;
import berth.protocol.command.Recipe;
import berth.protocol.state.Presence;
import io.vertx.core.Future;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The images of the fleet: what they are, and how they come to the hosts and go. */
final class ImageRoutes {
  private final HostRegistry registry;
  private final UploadStore uploads;
  private final Submission submission;

  ImageRoutes(HostRegistry registry, UploadStore uploads, Submission submission) {
    this.registry = registry;
    this.uploads = uploads;
    this.submission = submission;
  }

  record Images(List<ImageView> images) {}

  /** An image to be built on each of some hosts; see {@link BuildImage}. */
  record Build(List<HostId> hosts, Optional<PoolName> pool, Recipe recipe) {
    Build {
      Objects.requireNonNull(hosts, "hosts");
      Objects.requireNonNull(recipe, "recipe");
      hosts = distinct(hosts);
    }
  }

  /**
   * An image to be fetched by hosts; see {@link ImportImage}.
   *
   * @param hosts empty for every host that is online
   * @param upload what was uploaded before
   */
  record Import(Optional<List<HostId>> hosts, Optional<PoolName> pool, Sha256 upload) {
    Import {
      Objects.requireNonNull(upload, "upload");
      hosts = hosts.map(ImageRoutes::distinct);
    }
  }

  Future<Answer> list(Request request) {
    var host = request.query("host", HostId::of);
    return Future.succeededFuture(Answer.json(new Images(registry.images(host))));
  }

  Future<Answer> build(Request request) {
    var image = request.path("image", ImageName::of);
    var build = request.body(Build.class, Function.identity());
    var command = new BuildImage(image, build.pool(), build.recipe());
    return submission.submit(
        request,
        summary("build", image, build.hosts()),
        build.hosts().stream().map(host -> new Target(host, command)).toList());
  }

  Future<Answer> bring(Request request) {
    var image = request.path("image", ImageName::of);
    var wanted = request.body(Import.class, Function.identity());
    var hosts = wanted.hosts().orElseGet(this::online);
    return uploads
        .find(wanted.upload())
        .map(stored -> command(image, wanted.pool(), stored.upload()))
        .compose(command ->
            submission.submit(
                request,
                summary("import", image, hosts),
                hosts.stream().map(host -> new Target(host, command)).toList()));
  }

  Future<Answer> remove(Request request) {
    var host = request.path("host", HostId::of);
    var image = request.path("image", ImageName::of);
    var command = new RemoveImage(image, request.query("pool", PoolName::of));
    return submission.submit(
        request, summary("remove", image, List.of(host)), new Target(host, command));
  }

  /** The agents know the controller's address better than this end does: a path is enough. */
  private static ImportImage command(ImageName image, Optional<PoolName> pool, Upload upload) {
    var location = URI.create("/api/v1/uploads/" + upload.sha256());
    return new ImportImage(image, pool, location, upload.sha256(), upload.size());
  }

  private List<HostId> online() {
    var online =
        registry.hosts().stream()
            .filter(host -> host.status() == Presence.Status.ONLINE)
            .map(HostView::host)
            .toList();
    if (online.isEmpty()) {
      throw new BerthException(
          ProblemCode.UNAVAILABLE, "no host is online", "name the hosts that are to have it later");
    }
    return online;
  }

  private static List<HostId> distinct(List<HostId> hosts) {
    if (hosts.isEmpty()) {
      throw new IllegalArgumentException("no host given");
    }
    return hosts.stream().map(Objects::requireNonNull).distinct().toList();
  }

  private static String summary(String verb, ImageName image, List<HostId> hosts) {
    var places =
        hosts.size() <= 3
            ? hosts.stream().map(HostId::value).collect(Collectors.joining(", "))
            : hosts.size() + " hosts";
    return "%s image %s on %s".formatted(verb, image, places);
  }
}
