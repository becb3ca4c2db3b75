export const app = {
  name: 'Diarist',
};
