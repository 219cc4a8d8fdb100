/// <reference path="./packages.d.ts" />
// driver.js as its documentation begins.
import { driver } from 'driver.js';
import 'driver.js/dist/driver.css';

const tour = driver({ animate: false, steps: [{ element: '#target', popover: { title: 'Here', description: 'Press here.', side: 'bottom' } }] });
Reflect.set(globalThis, 'startTour', () => tour.drive());
