// Numbers that travel as base64 text, and colours that come from the style sheet.

/** Bytes of a base64 text. */
function bytesOf(text) {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = characters.charCodeAt(index);
  return bytes;
}

/** Rows of `count` bits each, 0 or 1 a byte, from rows of little-endian 32-bit words. */
function unpackBits(bytes, count) {
  const stride = 4 * Math.ceil(count / 32);
  const rows = Math.floor(bytes.length / stride);
  const bits = new Uint8Array(rows * count);
  for (let row = 0; row < rows; row += 1) {
    for (let bit = 0; bit < count; bit += 1) {
      bits[row * count + bit] = (bytes[row * stride + (bit >> 3)] >> (bit & 7)) & 1;
    }
  }
  return bits;
}

/** The value of a custom property of the page. */
function styleValue(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Red, green and blue of a colour such as "#0a8a99". */
function channels(colour) {
  const number = Number.parseInt(colour.trim().slice(1), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}

/** 256 colours, as 32-bit pixels, that run evenly through a list such as "#ffffff, #2b2d42". */
function ramp(list) {
  const stops = list.split(",").map(channels);
  const pixels = new Uint32Array(256);
  for (let index = 0; index < 256; index += 1) {
    const place = (index / 255) * (stops.length - 1);
    const lower = Math.min(Math.floor(place), stops.length - 2);
    const [r, g, b] = stops[lower].map((value, part) => value + (stops[lower + 1][part] - value) * (place - lower));
    pixels[index] = (255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r);
  }
  return pixels;
}
