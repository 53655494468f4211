package berth.protocol.mqtt;

import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.auth.parameter.TopicPermission;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import com.hivemq.extension.sdk.api.services.builder.Builders;
import com.hivemq.migration.meta.PersistenceType;
import java.nio.file.Files;
import java.nio.file.Path;

/** The main program of {@link HiveMq}'s process, tuned as the controller's embedded broker is. */
final class HiveMqMain {

  private HiveMqMain() {}

  public static void main(String[] arguments) throws Exception {
    ProcessHandle.current().parent().ifPresent(HiveMqMain::endWith);
    InternalConfigurations.PERSISTENCE_BUCKET_COUNT.set(4);
    InternalConfigurations.PAYLOAD_PERSISTENCE_BUCKET_COUNT.set(4);
    InternalConfigurations.RETAINED_MESSAGE_PERSISTENCE_TYPE.set(PersistenceType.FILE);
    InternalConfigurations.PAYLOAD_PERSISTENCE_TYPE.set(PersistenceType.FILE);
    InternalConfigurations.MAX_INFLIGHT_WINDOW_SIZE_MESSAGES = 1000;
    var folder = Path.of(arguments[0]);
    EmbeddedHiveMQ.builder()
        .withConfigurationFolder(folder.resolve("config"))
        .withDataFolder(Files.createDirectories(folder.resolve("data")))
        .withExtensionsFolder(Files.createDirectories(folder.resolve("extensions")))
        .withEmbeddedExtension(
            EmbeddedExtension.builder()
                .withId("test")
                .withName("test")
                .withVersion("1")
                .withAuthor("Berth")
                .withPriority(0)
                .withStartPriority(1000)
                .withExtensionMain(new Doorman())
                .build())
        .withoutLoggingBootstrap()
        .build()
        .start()
        .get();
  }

  /** A test that is killed must not leave its broker behind. */
  private static void endWith(ProcessHandle test) {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          test.onExit().join();
          Runtime.getRuntime().halt(0);
        });
  }

  /** Lets everybody in, and nobody under {@code forbidden/}. */
  private static final class Doorman implements ExtensionMain {

    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
      SimpleAuthenticator letIn =
          (_, answer) -> {
            answer
                .getDefaultPermissions()
                .add(
                    Builders.topicPermission()
                        .topicFilter("forbidden/#")
                        .type(TopicPermission.PermissionType.DENY)
                        .build());
            answer.getDefaultPermissions().add(Builders.topicPermission().topicFilter("#").build());
            answer.authenticateSuccessfully();
          };
      Services.securityRegistry().setAuthenticatorProvider(_ -> letIn);
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {}
  }
}
