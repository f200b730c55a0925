import CALSA

extension Microphone {
  /// What a device agreed to.
  struct Setting {
    var format: CaptureFormat
    /// Frames of a period.
    var period: Int
  }

  /// Asks for mono 16-bit samples at `sampleRate` in small pieces, and takes what comes nearest.
  static func configure(_ pcm: OpaquePointer, _ device: String, _ sampleRate: Int) throws(MicrophoneError) -> Setting {
    var memory: OpaquePointer?
    guard snd_pcm_hw_params_malloc(&memory) == 0, let choice = memory else {
      throw MicrophoneError(.unsupported, device, "no memory")
    }
    defer { snd_pcm_hw_params_free(choice) }
    func demand(_ code: Int32, _ what: String) throws(MicrophoneError) {
      guard code < 0 else { return }
      throw MicrophoneError(
        .unsupported, device, "\(what) (\(String(cString: snd_strerror(code)))); try plughw:, which converts more")
    }
    try demand(snd_pcm_hw_params_any(pcm, choice), "the device says nothing of what it can do")
    // Without ALSA's converter; a device that insists on it may keep it.
    _ = snd_pcm_hw_params_set_rate_resample(pcm, choice, 0)
    try demand(
      snd_pcm_hw_params_set_access(pcm, choice, SND_PCM_ACCESS_RW_INTERLEAVED), "the device can't interleave channels")
    guard
      let sample = CaptureFormat.Sample.allCases.first(where: {
        snd_pcm_hw_params_test_format(pcm, choice, $0.alsa) == 0
      })
    else {
      throw MicrophoneError(
        .unsupported, device, "the device has no sample format that can be converted; try plughw:, which converts more")
    }
    try demand(snd_pcm_hw_params_set_format(pcm, choice, sample.alsa), "the sample format was refused")
    var channels: UInt32 = 1
    try demand(snd_pcm_hw_params_set_channels_near(pcm, choice, &channels), "no usable count of channels")
    // Of rates above, the resampler only leaves out; below, treble would be missing.
    let wanted = [sampleRate, 2 * sampleRate, 3 * sampleRate, 48000, 44100, 32000].first {
      $0 >= sampleRate && snd_pcm_hw_params_test_rate(pcm, choice, UInt32($0), 0) == 0
    }
    var rate = UInt32(wanted ?? sampleRate)
    try demand(snd_pcm_hw_params_set_rate_near(pcm, choice, &rate, nil), "no usable sample rate")
    let heard = AudioFormat(sampleRate: Int(rate), channels: Int(channels))
    do throws(AudioError) {
      try heard.check(of: device)
    } catch {
      throw MicrophoneError(.unsupported, device, error.reason)
    }
    // Both are wishes.
    var period = periodMicroseconds
    _ = snd_pcm_hw_params_set_period_time_near(pcm, choice, &period, nil)
    var buffer = bufferMicroseconds
    _ = snd_pcm_hw_params_set_buffer_time_near(pcm, choice, &buffer, nil)
    try demand(snd_pcm_hw_params(pcm, choice), "the device refuses what it offered")
    var frames: snd_pcm_uframes_t = 0
    try demand(snd_pcm_hw_params_get_period_size(choice, &frames, nil), "the device has no pieces")
    return Setting(
      format: CaptureFormat(sample: sample, sampleRate: heard.sampleRate, channels: heard.channels),
      // A device that has no small pieces is read in small ones all the same.
      period: min(max(Int(frames), 1), max(1, heard.sampleRate / 50)))
  }
}
