import Testing

@testable import DormouseWeb

@Suite("What waits for a browser") struct MailboxTests {
  @Test("letters come in order, those that wait together")
  func order() async {
    let box = Mailbox()
    for letter in UInt8(1)...3 { box.put([letter], isPicture: true) }
    #expect(await box.take() == [1, 2, 3])
    box.put([4], isPicture: true)
    #expect(await box.take() == [4])
  }

  @Test("a browser that takes nothing loses the oldest pictures, and no detection")
  func dropsPictures() async {
    let box = Mailbox()
    box.put([255], isPicture: false)
    for index in 0..<1000 { box.put([UInt8(index % 100)], isPicture: true) }
    box.put([254], isPicture: false)
    for _ in 0..<10 { box.put([7], isPicture: true) }
    let waiting = await box.take()
    #expect(waiting?.count == Mailbox.capacity)
    #expect(waiting?.first == 255)
    #expect(waiting?.contains(254) == true)
    #expect(waiting?.suffix(10).allSatisfy { $0 == 7 } == true)
  }

  @Test("even detections are bounded")
  func boundsDetections() async {
    let box = Mailbox()
    for _ in 0..<1000 { box.put([1], isPicture: false) }
    #expect(await box.take()?.count == Mailbox.capacity)
  }

  @Test("a reader that waits is woken by a letter, and by the end")
  func wakes() async {
    let box = Mailbox()
    async let first = box.take()
    try? await Task.sleep(for: .milliseconds(20))
    box.put([9], isPicture: true)
    #expect(await first == [9])
    async let second = box.take()
    try? await Task.sleep(for: .milliseconds(20))
    box.close()
    #expect(await second == nil)
    box.put([1], isPicture: false)
    #expect(await box.take() == nil)
  }

  @Test("what waits when the box is closed is still delivered")
  func lastLetters() async {
    let box = Mailbox()
    box.put([1], isPicture: true)
    box.close()
    #expect(await box.take() == [1])
    #expect(await box.take() == nil)
  }
}
