import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './ui/tokens.css';
import './ui/base.css';
import './i18n/index.ts';
import { App } from './app/App.tsx';
import { connectStores } from './state/wire.ts';
import { connect } from './transport/client.ts';
import { followSystemTheme } from './ui/theme.ts';

followSystemTheme();
connectStores(connect());
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
