import Foundation

/// Runs a command at each detection, without a shell, and never waits for it.
///
/// A command that takes longer than the limit is ended, with whatever it started. If several hang, further detections are
/// not run. Each kind of trouble is told once.
public final class DetectionCommand: Sendable {
  /// Commands that may run at once.
  private static let most = 4
  /// Seconds between two looks at a running command.
  private static let interval = 0.02

  private let template: CommandTemplate
  private let limit: Double
  private let output: Int32
  private let slots = DispatchSemaphore(value: DetectionCommand.most)
  private let queue = DispatchQueue(label: "command", attributes: .concurrent)
  private let running = DispatchGroup()

  /// - Parameters:
  ///   - limit: seconds that a command may take.
  ///   - showsOutput: whether what it prints is seen, on standard error; else it is dropped.
  public init(_ template: CommandTemplate, limit: Double, showsOutput: Bool) {
    self.template = template
    self.limit = limit
    output = showsOutput ? 2 : -1
  }

  /// Starts the command for `detection`.
  func run(_ detection: LiveDetection, notices: LiveNotices) {
    guard slots.wait(timeout: .now()) == .success else {
      notices.tellOnce(
        "--exec busy", "--exec: \(DetectionCommand.most) commands are still running; some detections start none")
      return
    }
    queue.async(group: running) { [self] in
      defer { slots.signal() }
      let words = template.filled(for: detection)
      switch spawn(words) {
      case .success(let process): wait(for: process, words[0], notices)
      case .failure(let error):
        notices.tellOnce("--exec start", "--exec: \(words[0]): \(String(cString: strerror(error.code)))")
      }
    }
  }

  /// Waits until all commands have ended, which their limit makes sure of.
  func finish() { running.wait() }

  private struct SystemError: Error {
    let code: Int32
  }

  private func wait(for process: pid_t, _ name: String, _ notices: LiveNotices) {
    var status: Int32 = 0
    let end = Clocks.steady + limit
    while waitpid(process, &status, WNOHANG) == 0 {
      if Clocks.steady >= end {
        kill(-process, SIGKILL)
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        notices.tellOnce("--exec limit", "--exec: \(name) took longer than \(limit) s and was ended")
        return
      }
      Thread.sleep(forTimeInterval: DetectionCommand.interval)
    }
    if status != 0 {
      let how =
        status & 0x7F == 0 ? "failed with exit code \(status >> 8 & 0xFF)" : "was ended by signal \(status & 0x7F)"
      notices.tellOnce("--exec failure", "--exec: \(name) \(how)")
    }
  }

  private func spawn(_ words: [String]) -> Result<pid_t, SystemError> {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    if output < 0 {
      posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
      posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    } else {
      posix_spawn_file_actions_adddup2(&actions, output, 1)
    }
    DetectionCommand.closeFilesInCommands()
    // A group of its own, to be ended as a whole; signals as the command expects them.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGPIPE] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var environment: [UnsafeMutablePointer<CChar>?] =
      ProcessInfo.processInfo.environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in arguments + environment { free(text) } }
    var process: pid_t = 0
    let code = posix_spawnp(&process, words[0], &actions, &attributes, &arguments, &environment)
    return code == 0 ? .success(process) : .failure(SystemError(code: code))
  }

  /// Keeps devices and connections, which libraries opened, to this program.
  private static func closeFilesInCommands() {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
      if let file = Int32(name), file > 2 { _ = fcntl(file, F_SETFD, FD_CLOEXEC) }
    }
  }
}
