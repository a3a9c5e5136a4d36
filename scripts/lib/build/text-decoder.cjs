/**
 * Stands in for iconv-lite in the bundles. body-parser wants it for request bodies in any of the world's
 * encodings, 540 kB of tables; the API speaks JSON, which is UTF-8 (RFC 8259 8.1). Anything else is
 * "unsupported" to body-parser, as an unknown encoding is with the real one.
 */
const { StringDecoder } = require('node:string_decoder');

const known = /^(utf-?8|us-ascii|ascii)$/i;

const encodingExists = (encoding) => known.test(encoding);

/** A first U+FEFF is the mark of the encoding and no text. */
const withoutMark = (text) => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);

function getDecoder(encoding) {
  // body-parser tells an unknown encoding by these words.
  if (!encodingExists(encoding)) throw new Error(`Encoding not recognized: '${encoding}'`);
  const decoder = new StringDecoder('utf8');
  let begun = false;
  const text = (part) => {
    if (begun || part === '') return part;
    begun = true;
    return withoutMark(part);
  };
  return {
    write: (bytes) => text(decoder.write(bytes)),
    end: () => text(decoder.end()),
  };
}

const decode = (bytes, encoding) => {
  const decoder = getDecoder(encoding);
  return decoder.write(bytes) + decoder.end();
};

module.exports = { decode, encodingExists, getDecoder };
