import { quote } from './bad-input.ts';

/** What a format's fields must not hold; `empty` stands for a name of nothing. */
export interface TokenRules {
  forbidden: RegExp;
  empty: string;
  /** Ends the sentence `… is written as x: RTTM fields hold no …`. */
  what: string;
}

const noWhiteSpace: TokenRules = { forbidden: /[\s\p{Cc}\uFEFF]/gu, empty: '<NA>', what: 'white space' };

/** Names for fields between tabs. */
export const noTabs: TokenRules = {
  forbidden: /[\t\n\v\f\r\u0085\u2028\u2029]/g,
  empty: 'unknown',
  what: 'tabs and line ends',
};

/**
 * Names as fields of a text format: what the format forbids becomes `_`. Two names that would become one are kept apart by
 * a number.
 */
export class TokenTable {
  readonly #format: string;
  readonly #rules: TokenRules;
  readonly #tokens = new Map<string, Map<string, string>>();
  readonly #taken = new Map<string, Set<string>>();
  readonly #changed: string[] = [];

  constructor(format: string, rules: TokenRules = noWhiteSpace) {
    this.#format = format;
    this.#rules = rules;
  }

  /** @param kind for the warning; names must differ within `scope` */
  of(kind: string, scope: string, name: string): string {
    const key = `${kind} ${scope}`;
    let tokens = this.#tokens.get(key);
    if (!tokens) {
      tokens = new Map();
      this.#tokens.set(key, tokens);
      this.#taken.set(key, new Set());
    }
    const known = tokens.get(name);
    if (known !== undefined) return known;
    const taken = this.#taken.get(key)!;
    const wanted = name.replace(this.#rules.forbidden, '_') || this.#rules.empty;
    let token = wanted;
    for (let number = 2; taken.has(token); number++) token = `${wanted}_${number}`;
    tokens.set(name, token);
    taken.add(token);
    if (token !== name) {
      this.#changed.push(
        `The ${kind} ${quote(name)} is written as ${token}: ${this.#format} fields hold no ${this.#rules.what}.`,
      );
    }
    return token;
  }

  warnings(): string[] {
    return [...this.#changed];
  }
}
