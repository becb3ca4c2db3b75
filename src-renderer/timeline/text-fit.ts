const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Measures and shortens labels, each text once per font: canvas `measureText` is too slow to call per frame.
 * Long names are cut in the middle, at graphemes, so that first and last part both stay readable.
 */
export class TextFitter {
  private readonly widths = new Map<string, number>();
  private readonly fitted = new Map<string, string>();
  private readonly measure: (text: string) => number;

  /** @param measure width of a text in CSS pixels in the font that will draw it */
  constructor(measure: (text: string) => number) {
    this.measure = measure;
  }

  width(text: string): number {
    let width = this.widths.get(text);
    if (width === undefined) this.widths.set(text, (width = this.measure(text)));
    return width;
  }

  /** The text, or as much of both ends of it as fits with `…` between; empty when not even five graphemes fit. */
  fit(text: string, maxPx: number): string {
    if (this.width(text) <= maxPx) return text;
    // Steps of 4 px keep the cache small while zooming.
    const step = Math.floor(maxPx / 4);
    const key = `${step}\n${text}`;
    let cut = this.fitted.get(key);
    if (cut === undefined) {
      if (this.fitted.size > 5000) this.fitted.clear();
      this.fitted.set(key, (cut = this.cut(text, step * 4)));
    }
    return cut;
  }

  private cut(text: string, maxPx: number): string {
    const parts = [...graphemes.segment(text)].map((part) => part.segment);
    let low = 0;
    let high = parts.length - 1;
    let best = '';
    while (low <= high) {
      const kept = (low + high) >>> 1;
      const head = Math.ceil(kept / 2);
      const candidate = `${parts.slice(0, head).join('')}…${parts.slice(parts.length - (kept - head)).join('')}`;
      if (this.measure(candidate) <= maxPx) {
        best = kept >= 5 ? candidate : '';
        low = kept + 1;
      } else high = kept - 1;
    }
    return best;
  }
}
