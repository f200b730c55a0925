import Foundation

/// The files of the page, which are part of the program: `Page/` in the sources.
enum PageFiles {
  /// What a path gives.
  struct File {
    let type: String
    let content: Data
  }

  /// By path. The script is kept in parts, and sent as one.
  static let all: [String: File] = [
    "/": File(type: "text/html; charset=utf-8", content: Data(PackageResources.index_html)),
    "/page.css": File(type: "text/css; charset=utf-8", content: Data(PackageResources.page_css)),
    "/icon.svg": File(type: "image/svg+xml", content: Data(PackageResources.icon_svg)),
    "/page.js": File(type: "text/javascript; charset=utf-8", content: script),
  ]

  private static var script: Data {
    let parts = [
      PackageResources.bytes_js, PackageResources.strip_js, PackageResources.clock_js, PackageResources.picture_js,
      PackageResources.lanes_js, PackageResources.panel_js, PackageResources.connection_js, PackageResources.main_js,
    ]
    return Data("\"use strict\";\n(() => {\n".utf8) + parts.reduce(Data()) { $0 + Data($1) } + Data("})();\n".utf8)
  }
}
