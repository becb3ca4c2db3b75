import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en/index.ts';

/** English is built in; another language is one more folder beside `en/` and a line here. */
void i18next.use(initReactI18next).init({
  lng: 'en',
  fallbackLng: 'en',
  resources: { en: { translation: en } },
  // React escapes; a name like `A & B` must stay as it is.
  interpolation: { escapeValue: false },
  returnNull: false,
  // In step, so that the first paint has words.
  initAsync: false,
});

export { i18next };
