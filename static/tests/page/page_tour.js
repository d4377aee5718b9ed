/* global pageAddress, promisedDay */
/**
 * the tenant on a telephone follows the link of a reminder, ticks both invoices, promises a
 * day, sends the answer with a nervous finger, and is thanked.
 *
 * Not a tour of the web client: the page loads none of it. Runs in a page of the same site, with
 * the tenant's page in a frame as large as the telephone's screen.
 */
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const check = (holds, message) => {
    if (!holds) {
        throw new Error(message);
    }
};

/** Resolves to the document of the frame once what is looked for stands in it. */
async function find(frame, selector) {
    for (let tries = 0; tries < 100; tries++) {
        const found = frame.contentDocument?.querySelector(selector);
        if (found && frame.contentDocument.readyState === "complete") {
            return frame.contentDocument;
        }
        await wait(100);
    }
    throw new Error(`${selector} is not on the page`);
}

(async () => {
    const frame = document.createElement("iframe");
    frame.style.cssText = "position: fixed; inset: 0; width: 390px; height: 844px; border: 0; z-index: 9999;";
    frame.src = pageAddress;
    document.body.append(frame);

    let page = await find(frame, "form .send");
    check(page.documentElement.scrollWidth <= 390, "The page is wider than the telephone");
    const small = [...page.querySelectorAll(".send, .kind > label, .field input:not([type=hidden])")]
        .filter((element) => element.offsetParent && element.getBoundingClientRect().height < 40);
    check(!small.length, "Something is too small for a finger");
    const more = page.querySelector("#promise_day").closest(".more");
    check(!more.offsetParent, "The day is asked for before it is of use");

    page.querySelector(".all").click();
    check(page.querySelectorAll("[name=item]:checked").length === 2, "Not all is ticked");
    page.querySelector("label[for=kind-promise]").click();
    check(more.offsetParent, "The day is not asked for");
    page.querySelector("#promise_day").value = promisedDay;
    page.querySelector("#text").value = "On payday";
    page.querySelector(".send").click();
    page.querySelector(".send").click();

    page = await find(frame, ".notice.good");
    check(page.querySelectorAll(".note").length === 2, "The answers are not shown");
    check(page.documentElement.scrollWidth <= 390, "The page is wider than the telephone");
    console.log("test successful");
})().catch((error) => console.error(error.message));
