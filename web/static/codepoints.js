// The service counts Unicode code points, strings here count UTF-16 units. This is the one place that converts.

export const length = (text) => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

// The UTF-16 index of the code point with number `offset`; the end of the text for any offset beyond it.
export const toIndex = (text, offset) => {
  let index = 0;
  for (let left = offset; left > 0 && index < text.length; left -= 1) {
    index += text.codePointAt(index) > 0xffff ? 2 : 1;
  }
  return index;
};

// Code points start to end, end exclusive: the quotation that the service means by them.
export const slice = (text, start, end) => {
  const from = toIndex(text, start);
  return text.slice(from, from + toIndex(text.slice(from), end - start));
};
