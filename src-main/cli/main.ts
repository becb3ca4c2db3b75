import { Command } from 'commander';
console.log('hi', process.version, new Command().name());
