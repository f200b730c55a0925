"""The list of what is in the SDK: SPDX 2.3, as JSON."""

import hashlib
import json
from pathlib import Path

LICENCE = "Apache-2.0"
# Compiled into every library: generic code of the standard library, specialised.
SWIFT = {
    "SPDXID": "SPDXRef-Swift",
    "name": "Swift standard library (Embedded)",
    "downloadLocation": "https://www.swift.org",
    "licenseConcluded": "Apache-2.0 WITH Swift-exception",
    "licenseDeclared": "Apache-2.0 WITH Swift-exception",
    "copyrightText": "NOASSERTION",
    "filesAnalyzed": False,
}
SPEECH = {
    "SPDXID": "SPDXRef-Speech-Commands",
    "name": "Google Speech Commands",
    "downloadLocation": "https://arxiv.org/abs/1804.03209",
    "licenseConcluded": "CC-BY-4.0",
    "licenseDeclared": "CC-BY-4.0",
    "copyrightText": "NOASSERTION",
    "filesAnalyzed": False,
    "comment": "The models were trained on it; it is not in the package.",
}


def _file(path: Path, root: Path, number: int) -> dict:
    content = path.read_bytes()
    return {
        "SPDXID": f"SPDXRef-File-{number}",
        "fileName": f"./{path.relative_to(root)}",
        "checksums": [
            {"algorithm": "SHA1", "checksumValue": hashlib.sha1(content).hexdigest()},
            {"algorithm": "SHA256", "checksumValue": hashlib.sha256(content).hexdigest()},
        ],
        "licenseConcluded": LICENCE,
        "licenseInfoInFiles": ["NOASSERTION"],
        "copyrightText": "NOASSERTION",
    }


def write(root: Path, version: str) -> None:
    """Writes `root`/sbom.spdx.json about every other file there."""
    paths = sorted(path for path in root.rglob("*") if path.is_file())
    files = [_file(path, root, number) for number, path in enumerate(paths, 1)]
    code = hashlib.sha1("".join(sorted(f["checksums"][0]["checksumValue"] for f in files)).encode()).hexdigest()
    package = {
        "SPDXID": "SPDXRef-Dormouse",
        "name": "dormouse-sdk",
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "licenseConcluded": LICENCE,
        "licenseDeclared": LICENCE,
        "copyrightText": "NOASSERTION",
        "filesAnalyzed": True,
        "packageVerificationCode": {"packageVerificationCodeValue": code},
    }
    related = [("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Dormouse")]
    related += [("SPDXRef-Dormouse", "STATIC_LINK", SWIFT["SPDXID"])]
    related += [("SPDXRef-Dormouse", "DATA_FILE_OF", SPEECH["SPDXID"])]
    related += [("SPDXRef-Dormouse", "CONTAINS", file["SPDXID"]) for file in files]
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"dormouse-sdk-{version}",
        # The same content, the same name: made of the checksums, not of the clock.
        "documentNamespace": f"https://spdx.org/spdxdocs/dormouse-sdk-{version}-{code}",
        "creationInfo": {"created": "1980-01-01T00:00:00Z", "creators": ["Tool: tools/sdk"]},
        "packages": [package, SWIFT, SPEECH],
        "files": files,
        "relationships": [
            {"spdxElementId": a, "relationshipType": kind, "relatedSpdxElement": b} for a, kind, b in related
        ],
    }
    (root / "sbom.spdx.json").write_text(json.dumps(document, indent=1) + "\n")
