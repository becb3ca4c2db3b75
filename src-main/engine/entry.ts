import { runEngine } from './run-engine.ts';
import { findSystem } from './systems/index.ts';

/** Start of the engine process (child_process.fork or Electron's utilityProcess). */
runEngine({ findSystem });
