package berth.controller.lab;

/** Told, in a line for people, what the lab is doing; called from several threads. */
@FunctionalInterface
public interface Progress {
  /** Something began or came to its end. */
  void say(String line);
}
