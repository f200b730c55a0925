// Validates and runs mutated images; meant to be built with AddressSanitizer (`tools/mutate`).
//
//     dormouse-mutate [COUNT [FIRST]]
import DormouseMutation
import Foundation

let arguments = CommandLine.arguments.dropFirst().map { Int($0) }
guard arguments.count <= 2, !arguments.contains(nil), !arguments.contains(where: { ($0 ?? 0) < 0 }) else {
  FileHandle.standardError.write(Data("usage: dormouse-mutate [COUNT [FIRST]]\n".utf8))
  exit(2)
}
let count = arguments.first.flatMap { $0 } ?? 200_000
let first = arguments.dropFirst().first.flatMap { $0 } ?? 0
// No guards: under AddressSanitizer the first byte beyond the arena must already be forbidden.
let campaign = Campaign(images: try Campaign.sampleImages(), trial: Trial(guardLength: 0))
let start = Date()
let report = campaign.run(first..<first + count) { done in
  FileHandle.standardError.write(Data("\(done) of \(count)\n".utf8))
}
print(report)
print("in \(Int(Date().timeIntervalSince(start))) s")
exit(report.failures.isEmpty ? 0 : 1)
