/// <reference path="./packages.d.ts" />
// intro.js as its documentation begins.
import introJs from 'intro.js';
import 'intro.js/introjs.css';

const tour = introJs.tour();
tour.setOptions({ steps: [{ element: '#target', title: 'Here', intro: 'Press here.', position: 'bottom' }] });
Reflect.set(globalThis, 'startTour', () => tour.start());
