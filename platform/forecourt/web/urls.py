"""Addresses of the pages."""

from django.urls import path
from django.views.i18n import set_language

from forecourt.web.pages import accounts, carmaker, developer, driver, partner, public, review, store

RELEASE = "developer/apps/<slug:slug>/releases/<str:version>/"

urlpatterns = [
    path("", public.home, name="home"),
    path("problems/<slug:name>", public.problem_type, name="problem"),
    path("language/", set_language, name="set_language"),
    path("sign-up/", accounts.sign_up, name="sign-up"),
    path("sign-in/", accounts.sign_in, name="sign-in"),
    path("sign-out/", accounts.sign_out, name="sign-out"),
    path("organisations/apply/", accounts.apply, name="apply"),
    path("carmaker/partners/", carmaker.partners, name="partners"),
    path("carmaker/partners/<uuid:organisation_id>/admit/", carmaker.admit, name="admit"),
    path("carmaker/people/", carmaker.people, name="people"),
    path("carmaker/vehicles/", carmaker.fleet, name="fleet"),
    path("carmaker/vehicles/enrol/", carmaker.enrol, name="enrol"),
    path("carmaker/deliveries/", carmaker.deliveries, name="deliveries"),
    path("review/", review.queue, name="review"),
    path("review/<uuid:release_id>/", review.desk, name="review-release"),
    path("review/<uuid:release_id>/icon.svg", review.icon, name="review-icon"),
    path("review/<uuid:release_id>/decide/", review.decide, name="decide"),
    path("developer/", developer.home, name="developer"),
    path("developer/keys/", developer.add_key, name="add-key"),
    path("developer/apps/new/", developer.new_app, name="new-app"),
    path("developer/apps/<slug:slug>/", developer.app_page, name="developer-app"),
    path("developer/apps/<slug:slug>/releases/new/", developer.new_release, name="new-release"),
    path(RELEASE, developer.release_page, name="release"),
    path(f"{RELEASE}withdraw/", developer.withdraw, name="withdraw"),
    path("partner/", partner.home, name="partner"),
    path("partner/credentials/", partner.new_credentials, name="credentials"),
    path("cars/", driver.cars, name="cars"),
    path("cars/pair/", driver.pair, name="pair"),
    path("cars/<slug:public_id>/", driver.phone, name="car"),
    path("cars/<slug:public_id>/desk/", driver.desk, name="car-desk"),
    path("cars/<slug:public_id>/stops/<uuid:grant_id>/", driver.stop_receipt, name="stop-receipt"),
    path("cars/<slug:public_id>/parts/<slug:name>/", driver.part, name="car-part"),
    path("cars/<slug:public_id>/pause/", driver.pause_all, name="pause-all"),
    path("cars/<slug:public_id>/resume/", driver.resume_all, name="resume-all"),
    path("cars/<slug:public_id>/apps/<slug:slug>/pause/", driver.pause, name="pause"),
    path("cars/<slug:public_id>/apps/<slug:slug>/resume/", driver.resume, name="resume"),
    path("cars/<slug:public_id>/apps/<slug:slug>/revoke/", driver.revoke, name="revoke"),
    path("store/", store.front, name="store"),
    path("store/<slug:slug>/", store.app_page, name="store-app"),
    path("store/<slug:slug>/icon.svg", store.icon, name="icon"),
    path("store/<slug:slug>/install/", store.install, name="install"),
]
