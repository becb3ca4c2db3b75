const loneSurrogate = /\p{Cs}/u;

/**
 * Does any text in a value (keys too) hold half of a surrogate pair? UTF-8 cannot keep it: SQLite would silently store
 * another character.
 */
export function hasLoneSurrogate(value: unknown): boolean {
  if (typeof value === 'string') return loneSurrogate.test(value);
  if (Array.isArray(value)) return value.some(hasLoneSurrogate);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, inner]) => loneSurrogate.test(key) || hasLoneSurrogate(inner));
}
