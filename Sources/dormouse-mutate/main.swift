// Validates and runs mutated images; meant to be built with AddressSanitizer (`tools/mutate`).
//
//     dormouse-mutate [COUNT [FIRST]]     mutants FIRST ..< FIRST + COUNT
//     dormouse-mutate planted             an arena that is too short: AddressSanitizer must report it
import DormouseMutation
import Foundation

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments == ["planted"] {
  // Reached only if nobody saw the planted error.
  print(try Campaign.planted(guardLength: 0))
  exit(0)
}
let numbers = arguments.map { Int($0) ?? -1 }
guard numbers.count <= 2, numbers.allSatisfy({ $0 >= 0 }) else {
  FileHandle.standardError.write(Data("usage: dormouse-mutate [COUNT [FIRST]] | planted\n".utf8))
  exit(2)
}
let count = numbers.first ?? 200_000
let first = numbers.count > 1 ? numbers[1] : 0
// No guards: under AddressSanitizer the first byte beyond the arena must already be forbidden.
let campaign = Campaign(images: try Campaign.sampleImages(), trial: Trial(guardLength: 0))
let start = Date()
let report = campaign.run(first..<first + count) { done in
  if done % 50_000 == 0 { FileHandle.standardError.write(Data("\(done) of \(count)\n".utf8)) }
}
print(report)
print("in \(Int(Date().timeIntervalSince(start))) s")
exit(report.failures.isEmpty ? 0 : 1)
