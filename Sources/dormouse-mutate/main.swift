// Validates and runs mutated images; meant to be built with AddressSanitizer (`tools/mutate`).
//
//     dormouse-mutate [COUNT [FIRST [IMAGE...]]]     mutants FIRST ..< FIRST + COUNT, of samples or of image files
//     dormouse-mutate planted                        an arena that is too short: AddressSanitizer must report it
import DormouseModel
import DormouseMutation
import Foundation

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments == ["planted"] {
  // Reached only if nobody saw the planted error.
  print(try Campaign.planted(guardLength: 0))
  exit(0)
}
let numbers = arguments.prefix(2).map { Int($0) ?? -1 }
guard numbers.allSatisfy({ $0 >= 0 }) else {
  FileHandle.standardError.write(Data("usage: dormouse-mutate [COUNT [FIRST [IMAGE...]]] | planted\n".utf8))
  exit(2)
}
let count = numbers.first ?? 200_000
let first = numbers.count > 1 ? numbers[1] : 0
// No guards: under AddressSanitizer the first byte beyond the arena must already be forbidden.
let files = try arguments.dropFirst(2).map { (name: $0, bytes: [UInt8](try LoadedImage(path: $0).bytes)) }
let campaign = Campaign(images: files.isEmpty ? try Campaign.sampleImages() : files, trial: Trial(guardLength: 0))
let start = Date()
let report = campaign.run(first..<first + count) { done in
  if done % 50_000 == 0 { FileHandle.standardError.write(Data("\(done) of \(count)\n".utf8)) }
}
print(report)
print("in \(Int(Date().timeIntervalSince(start))) s")
exit(report.failures.isEmpty ? 0 : 1)
